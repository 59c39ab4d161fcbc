internal import APIMachinery
internal import AsyncHTTPClient
internal import Hummingbird
internal import KubernetesClient
internal import NIOCore
internal import NIOHTTP1

/// `metrics.k8s.io`: what the nodes measure, asked of them when somebody asks (as metrics-server does), never stored.
extension APIHandler {
    func metrics(_ request: ObjectRequest) async throws -> Response {
        let options = try ListOptions(request, forWatch: false)
        let isOfPods = request.definition.plural == "pods"
        let summaries = await nodeSummaries()
        var items: [JSONValue] = []
        for summary in summaries {
            if isOfPods {
                for pod in summary["pods"]?.arrayValue ?? [] { if let item = podMetrics(pod) { items.append(item) } }
            } else if let item = nodeMetrics(summary["node"] ?? .emptyObject) {
                items.append(item)
            }
        }
        if request.target.verb == "get" {
            let found = items.first {
                $0.text("metadata", "name") == request.name && $0.text("metadata", "namespace") == request.namespace
            }
            guard let found else { throw StatusError.notFound(request.definition, name: request.name) }
            return .json(found)
        }
        items = items.filter { item in
            (request.namespace.isEmpty || item.text("metadata", "namespace") == request.namespace)
                && options.labels.matches(item[path: ["metadata", "labels"]]?.stringMapValue ?? [:])
        }
        return .json([
            "apiVersion": "metrics.k8s.io/v1beta1", "kind": .string(request.definition.listKind), "metadata": [:],
            "items": .array(items),
        ])
    }

    /// The statistics of every node that answers.
    private func nodeSummaries() async -> [JSONValue] {
        var summaries: [JSONValue] = []
        for node in store.list("nodes", namespace: "").objects {
            guard let address = KubeletClient.address(node.value()),
                let answer = try? await kubelet.get("https://\(address)/stats/summary"), answer.status == .ok,
                let body = try? await answer.body.collect(upTo: 16 << 20),
                let summary = try? JSONValue(parsing: body.readableBytesView)
            else { continue }
            summaries.append(summary)
        }
        return summaries
    }

    private func podMetrics(_ summary: JSONValue) -> JSONValue? {
        let namespace = summary.text("podRef", "namespace")
        let name = summary.text("podRef", "name")
        guard let pod = store.object("pods", namespace, name),
            pod.value().text("metadata", "uid") == summary.text("podRef", "uid")
        else { return nil }
        let containers = (summary["containers"]?.arrayValue ?? []).map { container -> JSONValue in
            ["name": container["name"] ?? "", "usage": Self.usage(container)]
        }
        guard let first = summary["containers"]?[0] else { return nil }
        return Self.item(
            "PodMetrics", name: name, namespace: namespace, labels: pod.labels, measured: first,
            [
                "containers": .array(containers)
            ])
    }

    private func nodeMetrics(_ node: JSONValue) -> JSONValue? {
        guard let stored = store.object("nodes", "", node.text("nodeName")), node["cpu"] != nil else { return nil }
        return Self.item(
            "NodeMetrics", name: stored.name, namespace: nil, labels: stored.labels, measured: node,
            [
                "usage": Self.usage(node)
            ])
    }

    private static func item(
        _ kind: String, name: String, namespace: String?, labels: [String: String], measured: JSONValue,
        _ fields: JSONValue
    ) -> JSONValue {
        let time = measured[path: ["cpu", "time"]] ?? .null
        var metadata: JSONValue = ["name": .string(name), "creationTimestamp": time]
        if let namespace { metadata["namespace"] = .string(namespace) }
        if !labels.isEmpty { metadata["labels"] = JSONValue(labels) }
        var item: JSONValue = [
            "apiVersion": "metrics.k8s.io/v1beta1", "kind": .string(kind), "metadata": metadata, "timestamp": time,
            "window": "5s",
        ]
        for (key, value) in fields.objectValue ?? [:] { item[key] = value }
        return item
    }

    private static func usage(_ measured: JSONValue) -> JSONValue {
        let nanocores = measured[path: ["cpu", "usageNanoCores"]]?.integerValue ?? 0
        let bytes = measured[path: ["memory", "workingSetBytes"]]?.integerValue ?? 0
        return ["cpu": .string("\(nanocores)n"), "memory": .string("\(bytes / 1024)Ki")]
    }
}
