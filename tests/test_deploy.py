"""The guide to deploying and its files agree with the program: copied files, settings, port, addresses."""

import re
import shlex
from fnmatch import fnmatch

import pytest
import yaml

from assistant.cli import _parser
from assistant.settings import PREFIX, Settings
from assistant.web.visitors import check_access
from index.errors import SettingsError
from tests.conftest import ROOT

DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8").replace("\\\n", "")
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
SERVICE = COMPOSE["services"]["onrecord"]
NGINX = (ROOT / "deploy/nginx.conf").read_text("utf-8")
GUIDE = (ROOT / "docs/deploying.md").read_text("utf-8")
PORT = Settings().port
IN_IMAGE = dict(re.findall(rf"({PREFIX}\w+)=(\S+)", DOCKERFILE))


def commands(text):
    """Return the arguments of the lines in the text that run onrecord."""
    lines = re.findall(r"(?:bin/onrecord|--rm onrecord|--rm .+ onrecord) ((?:add|serve)\b.*)", text)
    return [line.split("  ")[0].strip() for line in lines]


@pytest.mark.parametrize("name", ["Dockerfile", "compose.yaml", "deploy/nginx.conf", "docs/deploying.md"])
def test_every_setting_that_is_named_exists(name):
    named = set(re.findall(rf"{PREFIX}(\w+)", (ROOT / name).read_text("utf-8")))
    assert named
    assert {setting.lower() for setting in named} <= set(Settings.model_fields)


def test_what_the_image_copies_is_there_and_not_ignored():
    ignored = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    allowed = [line[1:] for line in ignored if line.startswith("!")]
    assert "*" in ignored
    copied = [name for line in re.findall(r"^COPY (?!--)(.*) \S+$", DOCKERFILE, re.M) for name in line.split()]
    assert sorted(copied) == sorted(allowed)
    assert all((ROOT / name).exists() for name in copied)
    assert not any(fnmatch(name, "*data*") for name in copied)


def test_the_image_has_what_the_package_is_built_from():
    built = re.search(r"^packages = \[(.*)\]$", (ROOT / "pyproject.toml").read_text("utf-8"), re.M).group(1)
    assert {name.strip('" ') for name in built.split(",")} <= set(re.findall(r"^COPY (\w+) \w+$", DOCKERFILE, re.M))


def test_the_image_starts_only_with_a_setting_of_who_may_ask():
    """In the container it starts with the settings of compose.yaml and not without them."""
    with pytest.raises(SettingsError, match="not a loopback address"):
        check_access(Settings.from_environment(IN_IMAGE))
    check_access(Settings.from_environment(IN_IMAGE | SERVICE["environment"]))


def test_compose_publishes_to_this_machine_alone():
    assert SERVICE["ports"] == [f"127.0.0.1:{PORT}:{PORT}"]
    assert SERVICE["volumes"] == [f"data:{IN_IMAGE['ONRECORD_INDEX_DIR']}"]


def test_composes_lines_for_a_proxy_are_settings_that_start():
    lines = dict(re.findall(rf"^ *#   ({PREFIX}\w+): (\S+)$", (ROOT / "compose.yaml").read_text("utf-8"), re.M))
    settings = Settings.from_environment(IN_IMAGE | lines)
    check_access(settings)
    assert str(settings.proxies[0].network_address) == COMPOSE["networks"]["default"]["ipam"]["config"][0]["gateway"]


def test_the_port_is_the_same_everywhere():
    assert IN_IMAGE["ONRECORD_PORT"] == str(PORT)
    assert re.search(r"^EXPOSE (\d+)$", DOCKERFILE, re.M).group(1) == str(PORT)
    assert set(re.findall(r"proxy_pass http://127.0.0.1:(\d+)/;", NGINX)) == {str(PORT)}
    assert set(re.findall(r"http://127.0.0.1:(\d+)", GUIDE)) == {str(PORT)}


def test_the_guides_settings_are_those_of_the_nginx_file():
    block = re.search(r"`/etc/onrecord.env`:\n\n```sh\n(.*?)```", GUIDE, re.S).group(1)
    settings = Settings.from_environment(dict(line.split("=", 1) for line in block.splitlines()))
    check_access(settings)
    assert f"location {settings.root_path}/ {{" in NGINX
    assert f"proxy_set_header {settings.user_header} $signed_in;" in NGINX
    for line in block.splitlines():
        assert line in NGINX


@pytest.mark.parametrize("text", [GUIDE, (ROOT / "compose.yaml").read_text("utf-8")])
def test_the_commands_are_those_of_the_program(text):
    assert commands(text)
    for command in commands(text):
        _parser().parse_args(shlex.split(command))
