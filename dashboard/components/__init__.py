"""Views that the browser draws: JavaScript modules below `/assets/`, mounted by Streamlit components."""
