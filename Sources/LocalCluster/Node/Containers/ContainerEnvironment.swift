import Foundation
import KubernetesClient

/// The environment variables of a container, in the kubelet's order: services, `envFrom`, `env`.
struct ContainerEnvironment {
    let container: ContainerSpec
    let sources: PodSources

    /// - Parameters:
    ///   - base: what the runtime gives (`PATH`, `HOME`).
    ///   - services: the variables of the namespace's Services.
    /// - Throws: ``NodeError`` in the kubelet's words when a source is missing that is not optional.
    func variables(base: [String: String], services: [String: String]) throws -> [String: String] {
        var variables = base.merging(services) { $1 }
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
        variables.merge(given) { $1 }
        return variables
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

    /// `WEB_SERVICE_HOST`, `WEB_SERVICE_PORT` and `WEB_SERVICE_PORT_HTTP` of Services with a cluster address.
    static func variables(of services: [UntypedObject]) -> [String: String] {
        var variables: [String: String] = [:]
        for service in services {
            guard let address = service["spec", "clusterIP"]?.stringValue, !address.isEmpty, address != "None" else {
                continue
            }
            let name = service.name.uppercased().replacingOccurrences(of: "-", with: "_")
            variables["\(name)_SERVICE_HOST"] = address
            for (index, port) in (service["spec", "ports"]?.arrayValue ?? []).enumerated() {
                guard let number = port["port"]?.intValue else { continue }
                if index == 0 { variables["\(name)_SERVICE_PORT"] = String(number) }
                guard let portName = port["name"]?.stringValue, !portName.isEmpty else { continue }
                let suffix = portName.uppercased().replacingOccurrences(of: "-", with: "_")
                variables["\(name)_SERVICE_PORT_\(suffix)"] = String(number)
            }
        }
        return variables
    }
}
