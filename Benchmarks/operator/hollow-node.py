#!/usr/bin/env python3
"""Plays the nodes of a cluster: every pod that appears in a namespace runs at once, and one of a Job has succeeded at once.

With no node there would be no finished migrations, and so no Deployments; with real pods the machine would measure them.
Usage: hollow-node.py SERVER TOKEN NAMESPACE   (until killed)
"""
import datetime, http.client, json, queue, ssl, sys, threading, time, urllib.parse

server, token, namespace = urllib.parse.urlparse(sys.argv[1]), sys.argv[2], sys.argv[3]
tls = ssl._create_unverified_context()
pods = queue.Queue()


def connect():
    if server.scheme == "http":
        return http.client.HTTPConnection(server.hostname, server.port)
    return http.client.HTTPSConnection(server.hostname, server.port, context=tls)


def call(connection, method, path, body=None, kind="application/json"):
    connection.request(method, path, body and json.dumps(body), {"Authorization": "Bearer " + token, "Content-Type": kind})
    answer = connection.getresponse()
    return answer.status, json.loads(answer.read() or b"null")


def status(pod):
    job = any(o["kind"] == "Job" for o in pod["metadata"].get("ownerReferences", []))
    now = pod["metadata"]["creationTimestamp"]
    state = {"terminated": {"exitCode": 0, "startedAt": now, "finishedAt": now}} if job else {"running": {"startedAt": now}}
    ready = "False" if job else "True"
    return {
        "phase": "Succeeded" if job else "Running", "podIP": "10.0.0.1", "podIPs": [{"ip": "10.0.0.1"}],
        "conditions": [{"type": t, "status": ready, "lastTransitionTime": now} for t in ("Ready", "ContainersReady")],
        "containerStatuses": [
            {"name": c["name"], "image": c["image"], "imageID": "", "ready": not job, "restartCount": 0, "state": state}
            for c in pod["spec"]["containers"]
        ],
    }


def play():
    connection = connect()
    while True:
        pod = pods.get()
        meta = pod["metadata"]
        path = f"/api/v1/namespaces/{meta['namespace']}/pods/{meta['name']}"
        if meta.get("deletionTimestamp"):
            call(connection, "DELETE", path, {"kind": "DeleteOptions", "apiVersion": "v1", "gracePeriodSeconds": 0})
        elif not pod["spec"].get("nodeName"):
            binding = {"kind": "Binding", "apiVersion": "v1", "metadata": {"name": meta["name"]},
                       "target": {"kind": "Node", "name": "hollow"}}
            call(connection, "POST", path + "/binding", binding)
        elif pod.get("status", {}).get("phase", "Pending") == "Pending":
            call(connection, "PATCH", path + "/status", {"status": status(pod)}, "application/merge-patch+json")


def renew():
    """A node that is silent for long is not ready, nor are its pods."""
    connection = connect()
    path = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/hollow?fieldManager=hollow&force=true"
    while True:
        now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        call(connection, "PATCH", path, {
            "apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": "hollow"},
            "spec": {"holderIdentity": "hollow", "leaseDurationSeconds": 40, "renewTime": now},
        }, "application/apply-patch+yaml")
        time.sleep(10)


setup = connect()
call(setup, "POST", "/api/v1/nodes", {"kind": "Node", "apiVersion": "v1", "metadata": {"name": "hollow"}})
call(setup, "PATCH", "/api/v1/nodes/hollow/status", {"status": {
    "conditions": [{"type": "Ready", "status": "True", "reason": "Hollow", "message": ""}],
    "allocatable": {"pods": "100000", "cpu": "100000", "memory": "100000Gi"},
    "capacity": {"pods": "100000", "cpu": "100000", "memory": "100000Gi"}}}, "application/merge-patch+json")
threading.Thread(target=renew, daemon=True).start()
for _ in range(8):
    threading.Thread(target=play, daemon=True).start()
version = call(setup, "GET", f"/api/v1/namespaces/{namespace}/pods?limit=1")[1]["metadata"]["resourceVersion"]
while True:
    watch = connect()
    watch.request("GET", f"/api/v1/namespaces/{namespace}/pods?watch=1&resourceVersion={version}&allowWatchBookmarks=1",
                  headers={"Authorization": "Bearer " + token})
    for line in watch.getresponse():
        event = json.loads(line)
        version = event["object"].get("metadata", {}).get("resourceVersion", version)
        if event["type"] in ("ADDED", "MODIFIED"):
            pods.put(event["object"])
