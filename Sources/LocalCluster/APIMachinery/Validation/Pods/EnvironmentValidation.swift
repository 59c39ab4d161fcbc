import KubernetesClient

/// Environment variables, and what files of the downward API share with them.
extension BuiltinValidation {
    private static let environmentFields = [
        "metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName",
        "status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs",
    ]
    /// Fields that can be converted, though not every one may be used everywhere.
    private static let knownFields = Set(environmentFields + ["metadata.labels", "metadata.annotations"])
    private static let nameFault =
        "a valid environment variable name must consist only of printable ASCII characters other than '='"

    private static func isVariableName(_ text: String) -> Bool {
        text.utf8.allSatisfy { (0x20...0x7E).contains($0) && $0 != UInt8(ascii: "=") }
    }

    mutating func environment(_ variable: JSONValue, _ path: String) {
        if let name = variable["name"]?.stringValue, !Self.isVariableName(name) {
            fail(.invalid("\(path).name", .string(name), Self.nameFault))
        }
        guard let source = variable["valueFrom"] else { return }
        let here = "\(path).valueFrom"
        if let field = source["fieldRef"] { fieldReference(field, "\(here).fieldRef", Self.environmentFields) }
        if let resource = source["resourceFieldRef"] { resourceReference(resource, "\(here).resourceFieldRef") }
        for kind in ["configMapKeyRef", "secretKeyRef"] {
            guard let reference = source[kind] else { continue }
            givenText(reference["name"] ?? "", "\(here).\(kind).name", Names.faultsOfSubdomain)
            if (reference["key"]?.stringValue ?? "").isEmpty { fail(.required("\(here).\(kind).key")) }
            text(reference["key"], "\(here).\(kind).key", Names.faultsOfConfigKey)
        }
        let count = source.objectValue?.count ?? 0
        if count == 0 {
            fail(
                .invalid(
                    here, "",
                    "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or "
                        + "`fileKeyRef`"))
        } else if !(variable["value"]?.stringValue ?? "").isEmpty {
            fail(.invalid(here, "", "may not be specified when `value` is not empty"))
        } else if count > 1 {
            fail(.invalid(here, "", "may not have more than one field specified at a time"))
        }
    }

    mutating func environmentSource(_ source: JSONValue, _ container: String, _ path: String) {
        if let prefix = source["prefix"]?.stringValue, !Self.isVariableName(prefix) {
            fail(.invalid("\(path).prefix", .string(prefix), Self.nameFault))
        }
        let kinds = ["configMapRef", "secretRef"].filter { source[$0] != nil }
        for kind in kinds { requiredName(source[kind], "\(path).\(kind)") }
        if kinds.isEmpty {
            fail(.invalid("\(container).envFrom", "", "must specify one of: `configMapRef` or `secretRef`"))
        } else if kinds.count > 1 {
            fail(.invalid("\(container).envFrom", "", "may not have more than one field specified at a time"))
        }
    }

    /// The name of another object.
    mutating func requiredName(_ reference: JSONValue?, _ path: String) {
        let name = reference?["name"]?.stringValue ?? ""
        if name.isEmpty { return fail(.required("\(path).name")) }
        text(.string(name), "\(path).name", Names.faultsOfSubdomain)
    }

    /// A field of the pod itself.
    mutating func fieldReference(_ reference: JSONValue, _ path: String, _ allowed: [String]) {
        let field = reference["fieldPath"]?.stringValue ?? ""
        let version = reference["apiVersion"]?.stringValue ?? ""
        guard !field.isEmpty else { return fail(.required("\(path).fieldPath")) }
        if let bracket = field.firstIndex(of: "["), field.hasSuffix("]") {
            let map = String(field[..<bracket])
            let key = field[bracket...].dropFirst(1).dropLast().trimmingQuotes
            switch map {
            case "metadata.labels", "metadata.annotations":
                for fault in Names.faultsOfQualifiedName(map == "metadata.labels" ? key : key.lowercased()) {
                    fail(.invalid(path, .string(key), fault))
                }
            default: fail(.invalid("\(path).fieldPath", .string(field), "does not support subscript"))
            }
        } else if version != "v1" {
            let fault = "error converting fieldPath: unsupported pod version: \(version)"
            fail(.invalid("\(path).fieldPath", .string(field), fault))
        } else if !Self.knownFields.contains(field) {
            let fault = "error converting fieldPath: field label not supported: \(field)"
            fail(.invalid("\(path).fieldPath", .string(field), fault))
        } else {
            choice(.string(field), "\(path).fieldPath", allowed)
        }
    }

    /// A resource of a container.
    mutating func resourceReference(_ reference: JSONValue, _ path: String) {
        guard let resource = reference["resource"]?.stringValue, !resource.isEmpty else { return }
        let names = ["cpu", "ephemeral-storage", "memory"]
        let allowed = ["limits", "requests"].flatMap { list in names.map { "\(list).\($0)" } }
        guard resource.contains(".hugepages-") || allowed.contains(resource) else {
            return fail(.notSupported("\(path).resource", .string(resource), allowed))
        }
        let divisor = reference["divisor"]?.stringValue ?? "0"
        let units = ["1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei"]
        if divisor == "0" { return }
        if resource.hasSuffix("cpu"), !["1m", "1"].contains(divisor) {
            fail(
                .invalid(
                    "\(path).divisor", .string(resource),
                    "only divisor's values 1m and 1 are supported with the cpu resource"))
        } else if !resource.hasSuffix("cpu"), !units.contains(divisor) {
            let kind = resource.split(separator: ".").last ?? ""
            fail(
                .invalid(
                    "\(path).divisor", .string(resource),
                    "only divisor's values \(units.joined(separator: ", ")) are supported with the \(kind) resource"))
        }
    }
}

extension StringProtocol {
    fileprivate var trimmingQuotes: String {
        let isQuoted = count > 1 && first == last && (first == "'" || first == "\"")
        return isQuoted ? String(dropFirst().dropLast()) : String(self)
    }
}
