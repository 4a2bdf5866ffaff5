"""The Helm chart: what it makes is what the bridge needs, and no more than it needs."""

import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from bridge import __version__
from bridge.web.worker import _GRACE
from tests.packaging.chart import CHART, ROOT, Manifests, helm, parsed, read, rendered
from tests.packaging.go_templates import Failed

LEAST: dict[str, Any] = {"config": "[server]\n"}
MOST: dict[str, Any] = {
    "image": {"repository": "registry.example.com/bridge", "digest": "sha256:" + "0" * 64},
    "imagePullSecrets": [{"name": "pull"}],
    "config": '[server]\npublic_url = "https://sso.example.com"\n',
    "existingSecret": "bridge-secrets",
    "secretRevision": "7",
    "workers": 2,
    "extraEnv": [{"name": "A", "value": "1"}],
    "extraEnvFrom": [{"secretRef": {"name": "more"}}],
    "extraVolumes": [{"name": "ca", "configMap": {"name": "ca"}}],
    "extraVolumeMounts": [{"name": "ca", "mountPath": "/etc/ca", "readOnly": True}],
    "serviceAccount": {"annotations": {"k": "v"}},
    "service": {"annotations": {"k": "v"}},
    "ingress": {
        "enabled": True,
        "className": "nginx",
        "annotations": {"k": "v"},
        "host": "sso.example.com",
        "tlsSecretName": "tls",
    },
    "autoscaling": {"enabled": True},
    "networkPolicy": {
        "ingressFrom": [{"namespaceSelector": {"matchLabels": {"name": "ingress"}}}],
        "redisTo": [{"podSelector": {"matchLabels": {"app": "redis"}}}],
        "extraEgress": [{"ports": [{"port": 8443, "protocol": "TCP"}]}],
    },
    "metrics": {"serviceMonitor": {"enabled": True, "labels": {"release": "prometheus"}}},
    "podLabels": {"team": "identity"},
    "podAnnotations": {"k": "v"},
    "nodeSelector": {"disk": "ssd"},
    "tolerations": [{"key": "a", "operator": "Exists"}],
    "affinity": {"nodeAffinity": {"k": []}},
    "priorityClassName": "high",
}
NOTHING: dict[str, Any] = {
    "existingConfigMap": "mine",
    "serviceAccount": {"create": False, "name": "theirs"},
    "podDisruptionBudget": {"enabled": False},
    "networkPolicy": {"enabled": False},
}


def pod(made: Manifests) -> dict[str, Any]:
    found: dict[str, Any] = made["Deployment"]["spec"]["template"]["spec"]
    return found


def container(made: Manifests) -> dict[str, Any]:
    (only,) = pod(made)["containers"]
    found: dict[str, Any] = only
    return found


def faults(values: dict[str, Any]) -> list[str]:
    import json

    schema = json.loads((CHART / "values.schema.json").read_text(encoding="utf-8"))
    return [str(fault.message) for fault in jsonschema.Draft7Validator(schema).iter_errors(values)]


def test_the_charts_own_values_and_each_example_here_fit_the_schema() -> None:
    assert [faults(each) for each in (parsed("values.yaml"), LEAST, MOST, NOTHING)] == [[], [], [], []]


@pytest.mark.parametrize(
    "wrong",
    [
        {"replicaz": 3},
        {"drainSeconds": "soon"},
        {"image": {"digest": "latest"}},
        {"ingress": {"host": "https://sso.example.com"}},
        {"terminationGracePeriodSeconds": 5},
        {"secrets": {"acme": "in the release record"}},
    ],
)
def test_the_schema_refuses_a_misspelt_or_impossible_value(wrong: dict[str, Any]) -> None:
    assert faults(wrong) != []


def test_every_value_is_in_the_schema_and_none_is_there_that_no_template_reads() -> None:
    text = "".join(file.read_text() for file in (CHART / "templates").iterdir())

    def unread(values: dict[str, Any], path: str) -> list[str]:
        if re.search(rf"{re.escape(path)}[\s)]", text):
            return []
        inner = {key: value for key, value in values.items() if values}
        return [
            name
            for key, value in inner.items()
            for name in (
                unread(value, f"{path}.{key}")
                if isinstance(value, dict) and value
                else [] if re.search(rf"{re.escape(path)}\.{key}[\s)]", text) else [f"{path}.{key}"]
            )
        ]  # fmt: skip

    assert unread(parsed("values.yaml"), ".Values") == []
    assert faults(dict.fromkeys(parsed("values.yaml"))) != []


@pytest.mark.parametrize("values", [LEAST, MOST, NOTHING], ids=["least", "most", "nothing"])
def test_our_reader_reads_what_helm_renders(values: dict[str, Any], tmp_path: Path) -> None:
    command = helm()
    if not command:
        pytest.skip("there is no helm here: `make chart` builds one where go is")
    assert read(values) == rendered(command, values, tmp_path)


def test_the_pod_has_no_rights_that_the_bridge_does_not_use() -> None:
    made = read(LEAST)
    user = re.search(r"^USER (\d+):(\d+)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert user
    assert pod(made)["securityContext"] == {
        "runAsNonRoot": True,
        "runAsUser": int(user[1]),
        "runAsGroup": int(user[2]),
        "fsGroup": int(user[2]),
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    assert container(made)["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert pod(made)["automountServiceAccountToken"] is False
    assert made["ServiceAccount"]["automountServiceAccountToken"] is False
    assert pod(made)["enableServiceLinks"] is False
    assert {mount["mountPath"] for mount in container(made)["volumeMounts"]} == {"/etc/bridge", "/tmp"}


def test_a_stopping_pod_has_the_time_that_a_sign_in_needs() -> None:
    values = parsed("values.yaml")
    assert values["terminationGracePeriodSeconds"] > values["drainSeconds"] + _GRACE
    assert container(read(LEAST))["lifecycle"]["preStop"]["exec"]["command"] == ["sleep", "5"]
    with pytest.raises(Failed, match="would be cut off"):
        read({**LEAST, "drainSeconds": 20})
    text = (CHART / "templates" / "deployment.yaml").read_text()
    assert f".Values.drainSeconds) {_GRACE})" in text


def test_probes_ask_the_routes_that_are_for_them_and_only_readiness_asks_for_redis() -> None:
    asked = {
        name: container(read(LEAST))[name]["httpGet"]
        for name in ("startupProbe", "livenessProbe", "readinessProbe")
    }
    assert asked == {
        "startupProbe": {"path": "/healthz", "port": "http"},
        "livenessProbe": {"path": "/healthz", "port": "http"},
        "readinessProbe": {"path": "/readyz", "port": "http"},
    }


def test_a_changed_configuration_and_a_rotated_secret_roll_the_pods() -> None:
    def template(**values: Any) -> Any:
        return read({**LEAST, **values})["Deployment"]["spec"]["template"]

    assert template() == template()
    assert template() != template(config="[server]\n\n")
    assert template() != template(secretRevision="2")


def test_a_secret_is_mounted_and_never_made() -> None:
    made = read(MOST)
    assert "Secret" not in made
    (mount,) = [each for each in container(made)["volumeMounts"] if each["name"] == "secrets"]
    assert mount == {"name": "secrets", "mountPath": "/run/secrets/bridge", "readOnly": True}
    (volume,) = [each for each in pod(made)["volumes"] if each["name"] == "secrets"]
    assert volume["secret"] == {"secretName": "bridge-secrets", "defaultMode": 0o440}


def test_the_network_lets_out_what_the_bridge_asks_and_nothing_to_private_addresses() -> None:
    dns, redis, https = read(LEAST)["NetworkPolicy"]["spec"]["egress"]
    assert [each["port"] for each in dns["ports"]] == [53, 53]
    assert redis == {"ports": [{"port": 6379, "protocol": "TCP"}]}
    assert https["ports"] == [{"port": 443, "protocol": "TCP"}]
    assert "169.254.0.0/16" in https["to"][0]["ipBlock"]["except"]
    assert "from" not in read(LEAST)["NetworkPolicy"]["spec"]["ingress"][0]
    assert "from" in read(MOST)["NetworkPolicy"]["spec"]["ingress"][0]


def test_the_autoscaler_alone_decides_on_replicas_where_it_is_on() -> None:
    assert read(LEAST)["Deployment"]["spec"]["replicas"] == 2
    assert "HorizontalPodAutoscaler" not in read(LEAST)
    assert "replicas" not in read(MOST)["Deployment"]["spec"]
    target = read(MOST)["HorizontalPodAutoscaler"]["spec"]["scaleTargetRef"]["name"]
    assert target == read(MOST)["Deployment"]["metadata"]["name"] == "shop-bridge"


def test_everything_that_selects_the_pods_selects_them() -> None:
    made = read(MOST)
    labels = made["Deployment"]["spec"]["template"]["metadata"]["labels"].items()
    selectors = [
        made["Deployment"]["spec"]["selector"]["matchLabels"],
        made["Service"]["spec"]["selector"],
        made["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"],
        made["NetworkPolicy"]["spec"]["podSelector"]["matchLabels"],
        *(each["labelSelector"]["matchLabels"] for each in pod(made)["topologySpreadConstraints"]),
    ]
    assert all(selector and selector.items() <= labels for selector in selectors)
    monitored = made["ServiceMonitor"]["spec"]["selector"]["matchLabels"]
    assert monitored.items() <= made["Service"]["metadata"]["labels"].items()


def test_a_chart_without_a_configuration_says_what_to_set() -> None:
    with pytest.raises(Failed, match="set config"):
        read({})
    with pytest.raises(Failed, match=r"set ingress\.host"):
        read({**LEAST, "ingress": {"enabled": True}})


def test_the_chart_is_for_this_bridge() -> None:
    assert parsed("Chart.yaml")["appVersion"] == __version__
    assert container(read(LEAST))["image"] == f"bridge:{__version__}"
    assert container(read(MOST))["image"] == "registry.example.com/bridge@sha256:" + "0" * 64
