import Foundation
import KubernetesClient

/// The environment variables of a container, in the kubelet's order: services, `envFrom`, `env`.
struct ContainerEnvironment {
    let container: ContainerSpec
    let sources: PodSources

    /// - Parameter services: the variables of the namespace's Services.
    /// - Throws: ``NodeError`` in the kubelet's words when a source is missing that is not optional.
    func variables(services: [String: String]) throws -> [String: String] {
        var given: [String: String] = [:]
        for source in container.json["envFrom"]?.arrayValue ?? [] {
            let prefix = source["prefix"]?.stringValue ?? ""
            for (key, value) in try all(source) { given[prefix + key] = value }
        }
        for entry in container.json["env"]?.arrayValue ?? [] {
            guard let name = entry["name"]?.stringValue else { continue }
            if let value = try value(entry["valueFrom"]) {
                given[name] = value
            } else if entry["valueFrom"] == nil {
                given[name] = VariableExpansion.expand(
                    entry["value"]?.stringValue ?? "", services.merging(given) { $1 })
            }
        }
        return services.merging(given) { $1 }
    }

    private func all(_ source: JSONValue) throws -> [String: String] {
        if let reference = source["configMapRef"] {
            return try found(sources.configMap(name(reference)), "configmap", reference)?
                .json["data"]?.stringMapValue ?? [:]
        }
        if let reference = source["secretRef"] {
            let data = try found(sources.secret(name(reference)), "secret", reference)?.json["data"]?.stringMapValue
            return (data ?? [:]).mapValues { String(decoding: ProjectedFiles.decode($0), as: UTF8.self) }
        }
        return [:]
    }

    /// - Returns: `nil` when an optional source is missing: the variable is then not set.
    private func value(_ source: JSONValue?) throws -> String? {
        guard let source else { return nil }
        if let path = source[path: ["fieldRef", "fieldPath"]]?.stringValue { return try sources.fields.field(path) }
        if let reference = source["resourceFieldRef"] {
            return try sources.fields.resource(reference, container: container.json)
        }
        if let reference = source["configMapKeyRef"] {
            let object = try found(sources.configMap(name(reference)), "configmap", reference)
            return try key(reference, of: object?.json["data"]?.stringMapValue, "ConfigMap")
        }
        if let reference = source["secretKeyRef"] {
            let object = try found(sources.secret(name(reference)), "secret", reference)
            return try key(reference, of: object?.json["data"]?.stringMapValue, "Secret")
                .map { String(decoding: ProjectedFiles.decode($0), as: UTF8.self) }
        }
        return nil
    }

    private func name(_ reference: JSONValue) -> String { reference["name"]?.stringValue ?? "" }

    private func found(_ object: UntypedObject?, _ kind: String, _ reference: JSONValue) throws -> UntypedObject? {
        if object == nil, reference["optional"]?.boolValue != true {
            throw NodeError(.missingConfiguration, "\(kind) \"\(name(reference))\" not found")
        }
        return object
    }

    private func key(_ reference: JSONValue, of data: [String: String]?, _ kind: String) throws -> String? {
        let key = reference["key"]?.stringValue ?? ""
        if let value = data?[key] { return value }
        if reference["optional"]?.boolValue == true { return nil }
        let place = "\(sources.fields.pod.namespace ?? "")/\(name(reference))"
        throw NodeError(.missingConfiguration, "couldn't find key \(key) in \(kind) \(place)")
    }

    /// `WEB_SERVICE_HOST`, `WEB_SERVICE_PORT`, `WEB_SERVICE_PORT_HTTP`, and `WEB_PORT_80_TCP_ADDR` and its like as
    /// Docker's links had them, of Services with a cluster address.
    static func variables(
        of services: [UntypedObject], address: (UntypedObject) -> String? = \.clusterAddress
    ) -> [String: String] {
        var variables: [String: String] = [:]
        for service in services {
            guard let address = address(service) else { continue }
            let name = variableName(service.name)
            variables["\(name)_SERVICE_HOST"] = address
            for (index, port) in (service["spec", "ports"]?.arrayValue ?? []).enumerated() {
                guard let number = port["port"]?.intValue else { continue }
                let kind = port["protocol"]?.stringValue ?? "TCP"
                let url = "\(kind.lowercased())://\(address):\(number)"
                if index == 0 {
                    variables["\(name)_SERVICE_PORT"] = String(number)
                    variables["\(name)_PORT"] = url
                }
                if let portName = port["name"]?.stringValue, !portName.isEmpty {
                    variables["\(name)_SERVICE_PORT_\(variableName(portName))"] = String(number)
                }
                let link = "\(name)_PORT_\(number)_\(kind)"
                variables[link] = url
                variables["\(link)_PROTO"] = kind.lowercased()
                variables["\(link)_PORT"] = String(number)
                variables["\(link)_ADDR"] = address
            }
        }
        return variables
    }

    private static func variableName(_ name: String) -> String {
        name.uppercased().replacingOccurrences(of: "-", with: "_")
    }
}
