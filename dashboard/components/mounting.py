"""How a view in the browser is mounted: its styles travel with it, its code is fetched from `/assets`."""

from __future__ import annotations

from pathlib import Path
from string import Template

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

FOLDER = Path(__file__).parent

# The code is a set of modules that the browser fetches and keeps; this only fetches the first of them.
STARTER = Template("""
export default function (context) {
  let unmount = () => {};
  let gone = false;
  import(new URL('/assets/$name/main.js', window.location.origin).href).then((module) => {
    if (!gone) unmount = module.mount(context);
  });
  return () => { gone = true; unmount(); };
}
""")


def view(name: str, styles: tuple[str, ...]) -> ComponentRenderer:
    """The view in `components/<name>/`, whose `main.js` exports `mount(context)`; `styles` are files there."""
    files = [FOLDER / "common" / "base.css", *(FOLDER / name / style for style in styles)]
    css = "\n".join(file.read_text(encoding="utf-8") for file in files)
    return st.components.v2.component(f"relaydesk.{name}", css=css, js=STARTER.substitute(name=name))
