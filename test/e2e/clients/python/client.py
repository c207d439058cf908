"""Uses a cluster as programs in Python do, and fails at the first thing that isn't as Kubernetes has it."""

import os
import threading

from kubernetes import client, config, watch
from kubernetes.stream import portforward, stream
from kubernetes.stream.ws_client import ERROR_CHANNEL

NAMESPACE = "default"
# Seconds; only against waiting for ever.
PATIENCE = 300

config.load_kube_config(os.environ["KUBECONFIG"])
core = client.CoreV1Api()


def pod(name):
    container = client.V1Container(name="main", image="example.com/web:1")
    return client.V1Pod(
        metadata=client.V1ObjectMeta(name=name, labels={"app": name}),
        spec=client.V1PodSpec(containers=[container], termination_grace_period_seconds=1),
    )


def create():
    made = core.create_namespaced_pod(NAMESPACE, pod("one"))
    assert made.metadata.uid and made.spec.dns_policy == "ClusterFirst", made
    try:
        core.create_namespaced_pod(NAMESPACE, pod("one"))
        raise AssertionError("the same name was taken twice")
    except client.ApiException as error:
        assert error.status == 409, error
    print("created")


def follow():
    phases = []
    for event in watch.Watch().stream(core.list_namespaced_pod, NAMESPACE, label_selector="app=one", timeout_seconds=PATIENCE):
        phases.append(event["object"].status.phase)
        if phases[-1] == "Running":
            break
    assert phases[-1] == "Running", phases

    seen = []
    # From here on: all may have come and gone before the watch begins.
    begin = core.list_namespaced_config_map(NAMESPACE).metadata.resource_version

    def collect():
        stream_of = watch.Watch().stream(
            core.list_namespaced_config_map, NAMESPACE, resource_version=begin, timeout_seconds=PATIENCE
        )
        for event in stream_of:
            if event["object"].metadata.name == "watched":
                seen.append(event["type"])
            if seen[-1:] == ["DELETED"]:
                break

    thread = threading.Thread(target=collect)
    thread.start()
    core.create_namespaced_config_map(NAMESPACE, client.V1ConfigMap(metadata=client.V1ObjectMeta(name="watched")))
    core.patch_namespaced_config_map("watched", NAMESPACE, {"data": {"a": "1"}})
    core.delete_namespaced_config_map("watched", NAMESPACE)
    thread.join()
    assert seen[-1] == "DELETED" and seen[0] == "ADDED", seen
    print("watched")


def run(command, **options):
    return stream(
        core.connect_get_namespaced_pod_exec, "one", NAMESPACE, command=command, stdout=True, stderr=True, **options
    )


def execute():
    answer = run(["echo", "hello"], stdin=False, tty=False)
    assert answer == "hello\n", repr(answer)
    session = run(["cat"], stdin=True, tty=False, _preload_content=False)
    session.write_stdin("from python\n")
    assert session.readline_stdout(timeout=PATIENCE) == "from python"
    session.close()
    session = run(["sh", "-c", "exit 4"], stdin=False, tty=False, _preload_content=False)
    session.run_forever(timeout=PATIENCE)
    assert session.returncode == 4, session.read_channel(ERROR_CHANNEL)
    print("executed")


def forward():
    ports = portforward(core.connect_get_namespaced_pod_portforward, "one", NAMESPACE, ports="80")
    connection = ports.socket(80)
    connection.setblocking(True)
    connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
    answer = b""
    while piece := connection.recv(1024):
        answer += piece
    assert answer.endswith(b"\r\n\r\none\n"), (answer, ports.error(80))
    print("forwarded")


create()
follow()
execute()
forward()
