internal import APIMachinery
internal import KubernetesClient

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// `kubectl get` asks for tables: columns and one row an object.
struct Table {
    /// What a row carries beside its cells.
    private enum Included: String { case none = "None", metadata = "Metadata", object = "Object" }

    private let layout: TableLayout
    private let included: Included

    /// - Throws: a 400 for an unknown `includeObject`.
    init(_ request: ObjectRequest) throws(StatusError) {
        let text = request.query["includeObject"] ?? ""
        guard let included = text.isEmpty ? .metadata : Included(rawValue: text) else {
            throw .badRequest(
                "Unable to convert to Table as requested: includeObject: Invalid value: \(JSONValue.string(text).text()): "
                    + "must be 'Metadata', 'Object', 'None', or empty")
        }
        self.included = included
        self.layout =
            request.subresource == "scale" ? TableLayout.scale : TableLayout.layout(of: request.definition)
    }

    func json(_ objects: [JSONValue], metadata: JSONValue, withColumns: Bool = true) -> JSONValue {
        let now = Date()
        let rows = objects.map { object -> JSONValue in
            let shown: JSONValue =
                switch included {
                case .none: .null
                case .metadata: object.partialMetadata
                case .object: object
                }
            var row: JSONValue = ["cells": .array(layout.cells(object, now)), "object": shown]
            if let condition = layout.condition(object) { row["conditions"] = [condition] }
            return row
        }
        return [
            "kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": metadata,
            "columnDefinitions": withColumns ? .array(layout.columns.map(\.json)) : .null, "rows": .array(rows),
        ]
    }
}

extension Table {
    /// A bookmark as a table: one row without content that carries the bookmark's metadata.
    func bookmark(_ metadata: JSONValue, withColumns: Bool) -> JSONValue {
        var table = json(
            [metadata], metadata: ["resourceVersion": metadata[path: ["metadata", "resourceVersion"]] ?? ""],
            withColumns: withColumns)
        if case .array(var rows)? = table["rows"] {
            rows[0]["object"] = metadata
            table["rows"] = .array(rows)
        }
        return table
    }
}

/// One column.
struct TableColumn: Sendable {
    var name: String
    var type = "string"
    var format = ""
    var description = ""
    /// 0: always shown; 1: with `-o wide`.
    var priority = 0

    static let name = TableColumn(
        name: "Name", format: "name",
        description: "Name must be unique within a namespace. Is required when creating resources, although some "
            + "resources may allow a client to request the generation of an appropriate name automatically. Name is "
            + "primarily intended for creation idempotence and configuration definition. Cannot be updated. More info: "
            + "https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names")
    static let age = TableColumn(name: "Age", description: "Time since the object was created.")

    /// The age of a custom object that has no columns of its own.
    static let created = TableColumn(
        name: "Age", type: "date",
        description:
            "CreationTimestamp is a timestamp representing the server time when this object was created. It is "
            + "not guaranteed to be set in happens-before order across separate operations. Clients may not set this "
            + "value. It is represented in RFC3339 form and is in UTC.\n\nPopulated by the system. Read-only. Null for "
            + "lists. More info: "
            + "https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata")

    static func text(_ name: String) -> TableColumn { TableColumn(name: name, description: name) }
    static func wide(_ name: String) -> TableColumn { TableColumn(name: name, description: name, priority: 1) }
    static func integer(_ name: String) -> TableColumn {
        TableColumn(name: name, type: "integer", description: name)
    }

    var json: JSONValue {
        [
            "name": .string(name), "type": .string(type), "format": .string(format),
            "description": .string(description), "priority": JSONValue(priority),
        ]
    }
}

/// The columns of a kind and what stands in them.
struct TableLayout: Sendable {
    let columns: [TableColumn]
    let cells: @Sendable (JSONValue, Date) -> [JSONValue]
    /// What marks a row, such as that a pod has completed.
    let condition: @Sendable (JSONValue) -> JSONValue?

    init(
        _ columns: [TableColumn], cells: @escaping @Sendable (JSONValue, Date) -> [JSONValue],
        condition: @escaping @Sendable (JSONValue) -> JSONValue? = { _ in nil }
    ) {
        self.columns = columns
        self.cells = cells
        self.condition = condition
    }

    static func layout(of definition: ResourceDefinition) -> TableLayout {
        if definition.isCustom { return custom(definition) }
        return builtin[definition.storageKey] ?? plain
    }

    private static let builtin: [String: TableLayout] =
        workloads.merging(network) { $1 }.merging(configuration) { $1 }.merging(cluster) { $1 }

    /// For kinds that have no columns of their own.
    private static let plain = TableLayout([.name, TableColumn(name: "Created At", type: "date")]) { object, _ in
        [object.nameCell, object[path: ["metadata", "creationTimestamp"]] ?? .null]
    }

    /// The columns that a CustomResourceDefinition asks for.
    private static func custom(_ definition: ResourceDefinition) -> TableLayout {
        let printed = definition.printerColumns
        if printed.isEmpty { return TableLayout([.name, .created]) { [$0.nameCell, $0.ageCell($1)] } }
        let columns = printed.map { column in
            let description = "Custom resource definition column (in JSONPath format): \(column.jsonPath)"
            return TableColumn(
                name: column.name, type: column.type, format: column.format,
                description: column.description.isEmpty ? description : column.description, priority: column.priority)
        }
        let paths = printed.map { (path: JSONPath($0.jsonPath), type: $0.type) }
        return TableLayout([.name] + columns) { object, now in
            [object.nameCell]
                + paths.map { column in
                    guard let value = column.path?.values(in: object).first else { return .null }
                    return cell(value, type: column.type, now)
                }
        }
    }

    private static func cell(_ value: JSONValue, type: String, _ now: Date) -> JSONValue {
        switch (type, value) {
        case ("integer", .integer): return value
        case ("integer", .number(let number)):
            return Int64(exactly: number.rounded(.towardZero)).map { .integer($0) } ?? .null
        case ("number", .integer), ("number", .number), ("boolean", .bool), ("string", .string): return value
        case ("date", .string(let text)): return .string(HumanDuration.since(text, now))
        case ("string", .null): return "<no value>"
        case ("string", _): return .string(value.text())
        default: return .null
        }
    }
}

extension JSONValue {
    var nameCell: JSONValue { self[path: ["metadata", "name"]] ?? "" }

    func ageCell(_ now: Date) -> JSONValue {
        guard let created = self[path: ["metadata", "creationTimestamp"]]?.stringValue else { return "<unknown>" }
        return .string(HumanDuration.since(created, now))
    }

    /// The number at a path, 0 when there is none.
    func count(_ path: String...) -> JSONValue { JSONValue(self[path: path]?.intValue ?? 0) }

    func text(_ path: String...) -> String { self[path: path]?.stringValue ?? "" }

    /// The names and images of a pod template's containers.
    func containerCells(_ path: String...) -> [JSONValue] {
        let containers = self[path: path]?.arrayValue ?? []
        return ["name", "image"].map { key in
            .string(containers.compactMap { $0[key]?.stringValue }.joined(separator: ","))
        }
    }

    /// A label selector, as the Selector column shows it.
    var selectorText: String {
        let text = LabelSelector(self)?.text ?? ""
        return text.isEmpty ? "<none>" : text
    }
}
