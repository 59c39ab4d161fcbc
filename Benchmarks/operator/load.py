#!/usr/bin/env python3
"""Makes many objects at once over a few connections.

Usage: load.py SERVER TOKEN storefronts COUNT NAMESPACE SPEC.json   COUNT Storefronts with a spec
       load.py SERVER TOKEN foreign COUNT NAMESPACE                 COUNT Secrets and ConfigMaps of somebody else's
       load.py SERVER TOKEN ready COUNT NAMESPACE CONDITION REASON SECONDS
                                                                    waits until a condition has a reason everywhere
"""
import http.client, json, ssl, sys, threading, time, urllib.parse

server, token, what, count, namespace = urllib.parse.urlparse(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4]), sys.argv[5]
tls = ssl._create_unverified_context()
storefronts = f"/apis/storefront.dev/v1alpha1/namespaces/{namespace}/storefronts"


def connect():
    if server.scheme == "http":
        return http.client.HTTPConnection(server.hostname, server.port)
    return http.client.HTTPSConnection(server.hostname, server.port, context=tls)


def call(connection, method, path, body=None):
    connection.request(method, path, body and json.dumps(body), {"Authorization": "Bearer " + token, "Content-Type": "application/json"})
    answer = connection.getresponse()
    content = json.loads(answer.read() or b"null")
    if answer.status >= 300:
        sys.exit(f"{method} {path}: {answer.status} {content}")
    return content


def make(number):
    if what == "storefronts":
        return storefronts, {"apiVersion": "storefront.dev/v1alpha1", "kind": "Storefront",
                             "metadata": {"name": f"shop-{number:04}"}, "spec": spec}
    kind = "Secret" if number % 2 else "ConfigMap"
    return (f"/api/v1/namespaces/{namespace}/{kind.lower()}s",
            {"apiVersion": "v1", "kind": kind,
             "metadata": {"name": f"foreign-{number:05}", "labels": {"app": "somebody-elses"}},
             "data": {"content": "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo="}})


def share(begin, step):
    connection = connect()
    for number in range(begin, count, step):
        call(connection, "POST", *make(number))


if what == "ready":
    condition, reason, limit = sys.argv[6], sys.argv[7], float(sys.argv[8])
    connection, begin, done = connect(), time.time(), -1
    while done < count:
        if time.time() - begin > limit:
            sys.exit(f"only {done} of {count} in {limit:.0f} s")
        time.sleep(0.25 if count < 500 else 1)
        items = call(connection, "GET", storefronts + "?resourceVersion=0")["items"]
        done = sum(any(c["type"] == condition and c["reason"] == reason for c in i.get("status", {}).get("conditions", []))
                   for i in items)
else:
    spec = json.load(open(sys.argv[6])) if what == "storefronts" else None
    threads = [threading.Thread(target=share, args=(n, 8)) for n in range(8)]
    [t.start() for t in threads]
    [t.join() for t in threads]
