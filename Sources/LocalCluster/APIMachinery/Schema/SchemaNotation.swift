import KubernetesClient

/// A compact notation for the schemas of built-in kinds.
///
///     @ io.k8s.api.core.v1
///     ContainerPort: name#1 string; containerPort#3 int32*; protocol#4 string =TCP
///
/// `@` starts a package; a line at the margin starts a type, indented lines go on with it. A field is a name, its
/// protobuf number and a type: a scalar, a type's name, `[T]` a list, `{T}` a string map, `any`, `raw` (any
/// document, of one owner). Then, without a space:
/// `?` zero differs from none, `!` always present if only as zero, `*` required. Then, with spaces: `=D` the default,
/// `key=a,b` a list keyed by fields, `set` a list without duplicates, `atomic` a map or struct of one owner,
/// `patch=…` and `merge=…` the strategies and key of a strategic merge patch, `in=A|B` the values allowed, `min=N`.
/// `~#2 T` has the fields of T in the object itself. A type marked atomic is so wherever it stands.
struct SchemaNotation {
    private struct Entry {
        var package: String
        var name: String
        var atomic: Bool
        var fields: [Substring]
    }

    private var entries: [String: Entry] = [:]
    private var packageOfName: [String: String] = [:]
    private var built: [String: Schema] = [:]

    /// Every type of the texts, by qualified name.
    static func types(_ texts: [String]) -> [String: Schema] {
        var notation = SchemaNotation()
        for text in texts { notation.read(text) }
        for name in notation.entries.keys { _ = notation.schema(name) }
        return notation.built
    }

    private mutating func read(_ text: String) {
        var package = ""
        var logical = ""
        for line in text.split(separator: "\n") {
            if line.hasPrefix(" ") {
                logical += line
                continue
            }
            if !logical.isEmpty { add(logical, package) }
            logical = ""
            if line.hasPrefix("@ ") { package = String(line.dropFirst(2)) } else { logical = String(line) }
        }
        if !logical.isEmpty { add(logical, package) }
    }

    private mutating func add(_ line: String, _ package: String) {
        guard let colon = line.firstIndex(of: ":") else { return }
        let head = line[..<colon].split(separator: " ")
        guard let name = head.first.map(String.init) else { return }
        let fields = line[line.index(after: colon)...].split(separator: ";")
        let entry = Entry(package: package, name: name, atomic: head.count > 1, fields: fields)
        entries["\(package).\(name)"] = entry
        if packageOfName[name] == nil { packageOfName[name] = package }
    }

    private mutating func schema(_ qualified: String) -> Schema {
        if let schema = built[qualified] { return schema }
        guard let entry = entries[qualified] else { return Schema(.any) }
        var fields = Schema.Fields(.object)
        fields.typeName = qualified
        fields.atomicMap = entry.atomic
        for field in entry.fields { addField(field, entry.package, &fields) }
        let schema = Schema(fields)
        built[qualified] = schema
        return schema
    }

    private mutating func addField(_ text: Substring, _ package: String, _ fields: inout Schema.Fields) {
        let words = text.split(separator: " ")
        guard words.count > 1 else { return }
        let head = words[0].split(separator: "#", maxSplits: 1)
        let number = head.count > 1 ? Int(head[1]) : nil
        var typeText = words[1]
        var marks: Set<Character> = []
        while let last = typeText.last, "?!*".contains(last) {
            marks.insert(last)
            typeText.removeLast()
        }
        let type = self.type(String(typeText), package)
        if head[0] == "~" {
            let name = String(words[1])
            fields.properties.merge(type.properties.mapValues { $0.with { $0.embeddedIn = name } }) { $1 }
            fields.required += type.required
            if let number { fields.protobufFields[number] = .inlined(type.protobufFields) }
            return
        }
        let name = String(head[0])
        if let number { fields.protobufFields[number] = .property(name) }
        if marks.contains("*") { fields.required.append(name) }
        fields.properties[name] = type.with { field in
            field.keepsZero = marks.contains("?")
            field.alwaysPresent = marks.contains("!")
            field.nullable = field.alwaysPresent
            for word in words.dropFirst(2) { Self.apply(word, to: &field) }
        }
    }

    private static func apply(_ word: Substring, to field: inout Schema.Fields) {
        let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let value = parts.count > 1 ? String(parts[1]) : ""
        switch parts[0] {
        case "": field.defaultValue = (try? JSONValue(parsing: value)) ?? .string(value)
        case "key": field.listType = .map(keys: value.split(separator: ",").map(String.init))
        case "set": field.listType = .set
        case "atomic": field.atomicMap = true
        case "patch": field.patchStrategy = Set(value.split(separator: ",").map(String.init))
        case "merge": field.patchMergeKey = value
        case "in": field.bounds.enumeration = value.split(separator: "|").map { JSONValue($0) }
        case "min": field.bounds.minimum = Double(value)
        default: break
        }
    }

    private mutating func type(_ text: String, _ package: String) -> Schema {
        if text.hasPrefix("[") {
            let items = type(String(text.dropFirst().dropLast()), package)
            return Schema(.array) { $0.items = items }
        }
        if text.hasPrefix("{") {
            let values = type(String(text.dropFirst().dropLast()), package)
            return Schema(.object) { $0.additionalProperties = values }
        }
        switch text {
        case "string": return Schema(.string)
        case "bool": return Schema(.boolean)
        case "int32", "int64": return Schema(.integer) { $0.format = text }
        case "number": return Schema(.number)
        case "time": return Schema(.string) { $0.format = "date-time" }
        case "microtime": return Schema(.string) { $0.format = "micro-time" }
        case "bytes": return Schema(.string) { $0.format = "byte" }
        case "quantity": return Schema(.string) { $0.format = "quantity" }
        case "intOrString": return Schema(.intOrString)
        case "any": return Schema(.any) { $0.preservesUnknownFields = true }
        case "raw": return type("any", package).with { $0.isRaw = true }
        default:
            let here = "\(package).\(text)"
            return schema(entries[here] != nil ? here : "\(packageOfName[text] ?? package).\(text)")
        }
    }
}
