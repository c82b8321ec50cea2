"""The page on which the panel shows a widget that is not saved yet."""

import orjson
import pytest
from starlette.datastructures import QueryParams

SETTINGS = {"title": "</script><b>Shop", "primary_color": "#1d4ed8", "suggestions": ["Доставка?"]}


async def script(client, **given):
    return await client.get(f"/demo/widget.js?{QueryParams({name: str(value) for name, value in given.items()})}")


async def test_the_page_may_be_framed_by_this_server_alone(client):
    page = await client.get("/demo/preview")
    assert page.headers["x-frame-options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in page.headers["content-security-policy"]
    assert "'unsafe-inline'" not in page.headers["content-security-policy"]
    for name, kind in (("preview.css", "text/css"), ("preview.js", "text/javascript")):
        assert f"/demo/{name}" in page.text
        assert (await client.get(f"/demo/{name}")).headers["content-type"].startswith(kind)
    assert (await client.get("/demo")).headers["x-frame-options"] == "DENY"


async def test_the_script_takes_its_look_from_the_request(client):
    answer = await script(client, instance="abc", settings=orjson.dumps(SETTINGS).decode())
    assert answer.status == 200
    assert '"primary_color":"#1d4ed8"' in answer.text
    assert '"instance":"abc"' in answer.text
    assert "</script>" not in answer.text.split("\n", 1)[0]
    assert "allowed_domains" not in answer.text.split("\n", 1)[0]
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"


@pytest.mark.parametrize("wrong", ["{", "[]", '{"primary_color": "red"}', '{"button_icon": "skull"}'])
async def test_what_no_widget_could_be_saved_with_is_refused(client, wrong):
    answer = await script(client, settings=wrong)
    assert answer.status in {400, 422}
    assert answer.json()["code"] == "bad_field"
