"""Related rows inside of rows: many to many, orders and filters by what is embedded."""

from __future__ import annotations

import pytest

from tests.devstack.gateway.conftest import Project

SHOPS, ITEMS = "/rest/v1/shops", "/rest/v1/items"


async def rows(project: Project, path: str) -> list[dict[str, object]]:
    response = await project.get(path)
    assert response.status_code == 200, response.text
    answer: list[dict[str, object]] = response.json()
    return answer


async def test_many_to_many(project: Project) -> None:
    assert await rows(project, f"{SHOPS}?select=id,labels(name)&labels.order=name&order=id") == [
        {"id": 1, "labels": [{"name": "cosy"}, {"name": "old"}]},
        {"id": 2, "labels": [{"name": "cosy"}]},
        {"id": 3, "labels": []},
    ]
    back = "/rest/v1/labels?select=name,shops!shop_labels!inner(id)&shops.id=gt.1"
    assert await rows(project, back) == [{"name": "cosy", "shops": [{"id": 2}]}]


async def test_children_are_filtered_ordered_and_cut(project: Project) -> None:
    children = "items!items_shop_id_fkey(id)"
    cut = f"{SHOPS}?select={children}&items.order=price.desc&items.limit=1&items.offset=1&id=eq.1"
    assert await rows(project, cut) == [{"items": [{"id": 1}]}]
    either = f"{SHOPS}?select={children}&items.or=(price.gt.10,label.eq.rope)&items.order=id&id=eq.1"
    assert await rows(project, either) == [{"items": [{"id": 1}, {"id": 2}]}]


async def test_order_by_a_parent(project: Project) -> None:
    path = f"{ITEMS}?select=id,shop:shop_id(name)&order=shop(name).desc,id"
    assert [row["id"] for row in await rows(project, path)] == [3, 1, 2]
    # A parent that is missing sorts as null.
    path = f"{ITEMS}?select=id,rival:rival_id(details)&order=rival(details->city->>name).nullsfirst"
    assert [row["id"] for row in await rows(project, path)] == [2, 1, 3]


async def test_parents_and_children_of_the_same_table(project: Project) -> None:
    path = "/rest/v1/branches?select=name,parent_id(name),children:branches(id)&order=id&children.order=id"
    assert await rows(project, path) == [
        {"name": "root", "parent_id": None, "children": [{"id": 2}, {"id": 3}]},
        {"name": "left", "parent_id": {"name": "root"}, "children": []},
        {"name": "right", "parent_id": {"name": "root"}, "children": []},
    ]


async def test_rows_without_an_embedded_one(project: Project) -> None:
    assert await rows(project, f"{ITEMS}?select=id,rival:rival_id()&rival=is.null") == [{"id": 2}]
    assert await rows(project, f"{SHOPS}?select=id,labels()&labels=not.is.null&order=id") == [
        {"id": 1},
        {"id": 2},
    ]
    either = f"{SHOPS}?select=id,labels(),addresses()&or=(addresses.not.is.null,labels.is.null)&order=id"
    assert await rows(project, either) == [{"id": 1}, {"id": 3}]
    counted = await project.get(f"{SHOPS}?select=id,labels()&labels=is.null", prefer="count=exact")
    assert (counted.status_code, counted.headers["content-range"]) == (200, "0-0/1")


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        (f"{SHOPS}?select=id,labels(id)&order=labels(id)", 400, "PGRST118"),
        (f"{ITEMS}?select=id&order=shop(name)", 400, "PGRST108"),
        (f"{ITEMS}?select=id,shop:shop_id(id)&order=shop(name)", 400, "42703"),
        (f"{SHOPS}?select=id,labels(id)&labels=eq.1", 400, "PGRST120"),
        (f"{SHOPS}?select=id,labels!nothing(id)", 400, "PGRST200"),
        (f"{ITEMS}?select=id,shops!id(id)", 300, "PGRST201"),
        (f"{ITEMS}?select=id,labels(id)", 400, "PGRST200"),
        (f"{ITEMS}?select=id,shops!a!b(id)", 400, "PGRST100"),
        (f"{SHOPS}?select=count()", 400, "PGRST123"),
        (f"{SHOPS}?select=n:rating.avg()::int", 400, "PGRST123"),
        (f"{SHOPS}?select=id,labels(id.max())", 400, "PGRST123"),
    ],
)
async def test_refused_embeds(project: Project, path: str, status: int, code: str) -> None:
    response = await project.get(path)
    assert (response.status_code, response.json()["code"]) == (status, code), response.text


async def test_texts_of_refusals(project: Project) -> None:
    aggregate = (await project.get(f"{SHOPS}?select=id.sum()")).json()
    assert aggregate == {
        "code": "PGRST123",
        "message": "Use of aggregate functions is not allowed",
        "details": None,
        "hint": None,
    }
    ambiguous = (await project.get(f"{ITEMS}?select=id,shops(id)")).json()
    assert ambiguous["details"][0] == {
        "cardinality": "many-to-one",
        "embedding": "items with shops",
        "relationship": "items_rival_id_fkey using items(rival_id) and shops(id)",
    }
    assert "'shops!items_shop_id_fkey'" in ambiguous["hint"]
    misspelt = (await project.get(f"{SHOPS}?select=label(id)")).json()
    assert misspelt["hint"] == "Perhaps you meant 'labels' instead of 'label'."
