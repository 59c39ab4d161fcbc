import KubernetesClient

extension CustomResourceDefinitions {
    /// What is wrong with the versions of a definition. As in Kubernetes, what all versions share is said to stand once
    /// in the spec.
    static func versionFaults(_ spec: JSONValue, old: JSONValue?) -> [FieldError] {
        let versions = spec["versions"]?.arrayValue ?? []
        var errors: [FieldError] = []
        let names = versions.map { $0["name"]?.stringValue ?? "" }
        func isShared(_ field: String) -> Bool {
            guard let first = versions.first?[field], first != [] else { return false }
            return versions.allSatisfy { $0[field] == first }
        }
        func fail(_ detail: String) {
            let fields = ["schema", "subresources", "additionalPrinterColumns", "selectableFields"]
            let shown = InternalNames.versions(versions, shared: Set(fields.filter(isShared)))
            errors.append(FieldError(.invalid, "spec.versions", shown: versions.isEmpty ? "null" : shown, detail))
        }
        if Set(names).count < names.count { fail("must contain unique version names") }
        if versions.filter({ $0["storage"] == true }).count != 1 {
            fail("must have exactly one version marked as storage version")
        }
        for (index, name) in names.enumerated() {
            let faults = Names.faultsOfLabel1035(name).joined(separator: ",")
            if faults.isEmpty { continue }
            errors.append(.invalid("spec.versions[\(index)].name", .string(name), faults))
            if index == 0 { errors.append(.invalid("spec.version", .string(name), faults)) }
        }
        let anyStatus = versions.contains { $0[path: ["subresources", "status"]] != nil }
        func unchanged(_ version: JSONValue) -> Bool {
            (old?["versions"]?.arrayValue ?? []).contains {
                $0["name"] == version["name"] && $0["schema"] == version["schema"]
            }
        }
        /// One check for each version, or a single one of what they share.
        func each(_ field: String, _ shared: String, _ check: (JSONValue, String) -> [FieldError]) {
            guard let first = versions.first else { return }
            if isShared(field) {
                errors += check(first, "spec.\(shared)")
            } else {
                for (index, version) in versions.enumerated() {
                    errors += check(version, "spec.versions[\(index)].\(field)")
                }
            }
        }
        for (index, version) in versions.enumerated() {
            errors += deprecationFaults(version, "spec.versions[\(index)].deprecationWarning")
            if version[path: ["schema", "openAPIV3Schema"]]?.objectValue == nil {
                errors.append(.required("spec.versions[\(index)].schema.openAPIV3Schema"))
            }
        }
        each("schema", "validation") { version, path in
            guard let schema = version[path: ["schema", "openAPIV3Schema"]], schema.objectValue != nil else {
                return []
            }
            let hasStatus = path.hasSuffix("validation") ? anyStatus : version[path: ["subresources", "status"]] != nil
            return SchemaDefinitionValidation.faults(
                schema, "\(path).openAPIV3Schema", hasStatus: hasStatus, isUnchanged: unchanged(version))
        }
        each("subresources", "subresources") { version, path in
            version["subresources"]?["scale"].map { scaleFaults($0, "\(path).scale") } ?? []
        }
        each("additionalPrinterColumns", "additionalPrinterColumns") { version, path in
            (version["additionalPrinterColumns"]?.arrayValue ?? []).enumerated().flatMap {
                columnFaults($0.element, "\(path)[\($0.offset)]")
            }
        }
        each("selectableFields", "selectableFields") { version, path in
            let schema = OpenAPISchemaReader.read(version[path: ["schema", "openAPIV3Schema"]] ?? [:])
            return selectableFaults(version["selectableFields"]?.arrayValue ?? [], schema, path)
        }
        return errors
    }

    private static func deprecationFaults(_ version: JSONValue, _ path: String) -> [FieldError] {
        guard let value = version["deprecationWarning"], let text = value.stringValue else { return [] }
        func fault(_ detail: String) -> FieldError { .invalid(path, value, detail) }
        if version["deprecated"] != true { return [fault("can only be set for deprecated versions")] }
        var errors: [FieldError] = []
        if text.utf8.count > 256 { errors.append(fault("must be <= 256 characters long")) }
        if text.isEmpty { errors.append(fault("must not be an empty string")) }
        var index = 0
        for scalar in text.unicodeScalars {
            let category = scalar.properties.generalCategory
            let isPrintable =
                scalar == " "
                || ![
                    .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator,
                    .spaceSeparator,
                ].contains(category)
            if !isPrintable {
                errors.append(
                    fault(
                        "must only contain printable UTF-8 characters; non-printable character found at index \(index)")
                )
                break
            }
            index += String(Character(scalar)).utf8.count
        }
        return errors
    }

    private static func pathFaults(_ text: String, _ path: String) -> [FieldError] {
        text.hasPrefix(".") ? [] : [.invalid(path, .string(text), "must be a simple json path starting with .")]
    }

    private static func scaleFaults(_ scale: JSONValue, _ path: String) -> [FieldError] {
        var errors: [FieldError] = []
        for (field, root) in [("specReplicasPath", ".spec"), ("statusReplicasPath", ".status")] {
            let text = scale[field]?.stringValue ?? ""
            let place = "\(path).\(field)"
            if text.isEmpty {
                errors.append(.required(place))
            } else if case let faults = pathFaults(text, place), !faults.isEmpty {
                errors += faults
            } else if !text.hasPrefix(root + ".") {
                errors.append(.invalid(place, .string(text), "should be a json path under \(root)"))
            }
        }
        let selector = scale["labelSelectorPath"]?.stringValue ?? ""
        if selector.isEmpty { return errors }
        let place = "\(path).labelSelectorPath"
        errors += pathFaults(selector, place)
        if selector.hasPrefix("."), !selector.hasPrefix(".spec."), !selector.hasPrefix(".status.") {
            errors.append(.invalid(place, .string(selector), "should be a json path under either .spec or .status"))
        }
        return errors
    }

    private static func columnFaults(_ column: JSONValue, _ path: String) -> [FieldError] {
        var errors: [FieldError] = []
        func oneOf(_ list: [String]) -> String { "must be one of \(list.joined(separator: ","))" }
        let types = ["boolean", "date", "integer", "number", "string"]
        let formats = ["byte", "date", "date-time", "double", "float", "int32", "int64", "password"]
        if (column["name"]?.stringValue ?? "").isEmpty { errors.append(.required("\(path).name")) }
        let type = column["type"]?.stringValue ?? ""
        if type.isEmpty {
            errors.append(.required("\(path).type", oneOf(types)))
        } else if !types.contains(type) {
            errors.append(.invalid("\(path).type", .string(type), oneOf(types)))
        }
        if let format = column["format"]?.stringValue, !format.isEmpty, !formats.contains(format) {
            errors.append(.invalid("\(path).format", .string(format), oneOf(formats)))
        }
        let text = column["jsonPath"]?.stringValue ?? ""
        return errors + (text.isEmpty ? [.required("\(path).JSONPath")] : pathFaults(text, "\(path).JSONPath"))
    }

    private static func selectableFaults(_ fields: [JSONValue], _ schema: Schema, _ path: String) -> [FieldError] {
        var errors: [FieldError] = []
        var known: Set<String> = []
        for (index, field) in fields.enumerated() {
            let place = "\(path)[\(index)].jsonPath"
            let text = field["jsonPath"]?.stringValue ?? ""
            if text.isEmpty {
                errors.append(.required(place))
                continue
            }
            do throws(CELError) {
                let found = try RuleFieldPath.resolve(text, schema, brackets: false)
                if found.path.hasPrefix("metadata.") || found.path == "metadata" {
                    errors.append(.invalid(place, .string(text), "must not point to fields in metadata"))
                }
                if ![.string, .boolean, .integer].contains(found.schema.kind) {
                    errors.append(
                        .invalid(
                            place, .string(text),
                            "must point to a field of type string, boolean or integer. Enum string fields and strings "
                                + "with formats are allowed."))
                }
                if !known.insert(found.path).inserted { errors.append(.duplicate(place, .string(text))) }
            } catch {
                errors.append(.invalid(place, .string(text), "is an invalid path: \(error.message)"))
            }
        }
        if known.count > 8 { errors.append(.tooMany(path, known.count, maximum: 8)) }
        return errors
    }
}
