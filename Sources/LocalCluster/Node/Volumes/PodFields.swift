import Foundation
import KubernetesClient

/// The downward API: what a pod may be told about itself.
struct PodFields: Sendable {
    var pod: UntypedObject
    var podAddress: String
    var hostAddress: String
    var nodeName: String

    /// The text of a `fieldRef`.
    func field(_ path: String) throws -> String {
        switch path {
        case "metadata.name": return pod.name
        case "metadata.namespace": return pod.namespace ?? ""
        case "metadata.uid": return pod.uid
        case "metadata.labels": return Self.lines(pod.labels)
        case "metadata.annotations": return Self.lines(pod.annotations)
        case "spec.nodeName": return nodeName
        case "spec.serviceAccountName": return pod["spec", "serviceAccountName"]?.stringValue ?? "default"
        case "status.podIP", "status.podIPs": return podAddress
        case "status.hostIP", "status.hostIPs": return hostAddress
        default:
            if let key = Self.subscript(path, of: "metadata.labels") { return pod.labels[key] ?? "" }
            if let key = Self.subscript(path, of: "metadata.annotations") { return pod.annotations[key] ?? "" }
            throw NodeError(.missingConfiguration, "unsupported fieldPath: \(path)")
        }
    }

    /// The text of a `resourceFieldRef`; limits that are not set are those of the machine.
    func resource(_ reference: JSONValue, container: JSONValue?) throws -> String {
        let name = reference["containerName"]?.stringValue
        let containers = pod["spec", "containers"]?.arrayValue ?? []
        guard
            let container = name.flatMap({ name in containers.first { $0["name"]?.stringValue == name } }) ?? container
        else { throw NodeError(.missingConfiguration, "container \(name ?? "") not found") }
        let path = (reference["resource"]?.stringValue ?? "").split(separator: ".").map(String.init)
        var quantity = container[path: ["resources"] + path]?.stringValue
        if quantity == nil, path.first == "limits" {
            let process = ProcessInfo.processInfo
            quantity = path.last == "cpu" ? "\(process.activeProcessorCount)" : "\(process.physicalMemory)"
        }
        let divisor = Self.value(reference["divisor"]?.stringValue) ?? 1
        let value = Self.value(quantity) ?? 0
        return String(Int64((value / (divisor == 0 ? 1 : divisor)).rounded(.up)))
    }

    private static func value(_ quantity: String?) -> Double? {
        guard let quantity else { return nil }
        let number = quantity.prefix { "0123456789.".contains($0) }
        let factors: [String: Double] = [
            "": 1, "m": 0.001, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "Ki": 1024, "Mi": 1_048_576,
            "Gi": 1_073_741_824, "Ti": 1_099_511_627_776,
        ]
        guard let value = Double(number), let factor = factors[String(quantity.dropFirst(number.count))] else {
            return nil
        }
        return value * factor
    }

    private static func lines(_ map: [String: String]) -> String {
        map.sorted { $0.key < $1.key }.map { "\($0.key)=\"\(escaped($0.value))\"" }.joined(separator: "\n")
    }

    private static func escaped(_ text: String) -> String {
        text.replacingOccurrences(of: "\\", with: "\\\\").replacingOccurrences(of: "\"", with: "\\\"")
            .replacingOccurrences(of: "\n", with: "\\n")
    }

    private static func `subscript`(_ path: String, of map: String) -> String? {
        guard path.hasPrefix("\(map)['"), path.hasSuffix("']") else { return nil }
        return String(path.dropFirst(map.count + 2).dropLast(2))
    }
}
