internal import APIMachinery

/// How an object or list is to be shown.
enum Representation: Sendable, Hashable {
    case full
    case table
    case partialObject
    case partialList

    /// Chooses what the `Accept` header asks for.
    ///
    /// - Throws: a 406 when nothing of it can be had.
    static func negotiate(_ accept: String?) throws(StatusError) -> Representation {
        guard let accept, !accept.isEmpty else { return .full }
        var sawTransformation = false
        for clause in MediaClause.parse(accept) where clause.isJSON {
            guard let kind = clause.parameters["as"] else { return .full }
            sawTransformation = true
            guard clause.parameters["g"] == "meta.k8s.io", clause.parameters["v"] == "v1" else { continue }
            switch kind {
            case "Table": return .table
            case "PartialObjectMetadata": return .partialObject
            case "PartialObjectMetadataList": return .partialList
            default: continue
            }
        }
        throw sawTransformation ? .transformationNotAcceptable : .notAcceptable
    }
}

/// Which discovery document an `Accept` header asks for.
enum DiscoveryForm: Sendable, Hashable {
    case legacy
    case aggregated

    /// - Parameter isCore: `/api` words its refusal as objects do.
    static func negotiate(_ accept: String?, isCore: Bool = false) throws(StatusError) -> DiscoveryForm {
        guard let accept, !accept.isEmpty else { return .legacy }
        var acceptsLegacy = false
        for clause in MediaClause.parse(accept) where clause.isJSON {
            switch (clause.parameters["as"], clause.parameters["g"], clause.parameters["v"]) {
            case (nil, _, _): acceptsLegacy = true
            case ("APIGroupDiscoveryList", "apidiscovery.k8s.io", "v2"): return .aggregated
            default: continue
            }
        }
        if acceptsLegacy { return .legacy }
        throw isCore && !accept.contains("as=") ? .notAcceptable : .transformationNotAcceptable
    }
}

/// One part of an `Accept` header: `application/json;as=Table;v=v1;g=meta.k8s.io`.
struct MediaClause: Sendable, Hashable {
    var type: String
    var parameters: [String: String]

    var isJSON: Bool { ["application/json", "application/*", "*/*"].contains(type) }

    static func parse(_ header: String) -> [MediaClause] {
        header.split(separator: ",").map { part in
            let pieces = part.split(separator: ";").map(\.trimmed)
            var parameters: [String: String] = [:]
            for piece in pieces.dropFirst() {
                let pair = piece.split(separator: "=", maxSplits: 1)
                if pair.count == 2 { parameters[String(pair[0])] = String(pair[1]) }
            }
            return MediaClause(type: pieces.first?.lowercased() ?? "", parameters: parameters)
        }
    }
}

extension StatusError {
    fileprivate static let notAcceptable = StatusError(
        code: 406, reason: "NotAcceptable",
        message: "406: Not Acceptable\n\nAvailable representations: application/json, application/yaml, "
            + "application/vnd.kubernetes.protobuf", details: Details())
    fileprivate static let transformationNotAcceptable = StatusError(
        code: 406, reason: "NotAcceptable",
        message: "only the following media types are accepted: application/json, application/yaml, "
            + "application/vnd.kubernetes.protobuf")
}
