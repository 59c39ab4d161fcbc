internal import APIMachinery
internal import KubernetesClient

/// The parameters of a create, replace or patch.
struct WriteOptions: Sendable {
    let dryRun: Bool
    let manager: String
    let validation: FieldValidation
    let force: Bool

    /// - Parameter kind: `CreateOptions`, `UpdateOptions` or `PatchOptions`, as messages say it.
    init(_ request: APIRequest, kind: String, isApply: Bool = false) throws(StatusError) {
        let query = request.query
        var errors: [FieldError] = []
        let manager = query["fieldManager"] ?? ""
        if kind == "PatchOptions" {
            if isApply, manager.isEmpty {
                errors.append(.required("fieldManager", "is required for apply patch"))
            } else if !isApply, query["force"] != nil {
                errors.append(.forbidden("force", "may not be specified for non-apply patch"))
            }
        }
        if manager.utf8.count > 128 { errors.append(.tooLong("fieldManager", maximum: 128)) }
        for (position, scalar) in manager.unicodeScalars.enumerated() where !scalar.isPrintable {
            let code = String(scalar.value, radix: 16, uppercase: true)
            let padded = String(repeating: "0", count: max(0, 4 - code.count)) + code
            errors.append(
                .invalid("fieldManager", .string(manager), "invalid character U+\(padded) (at position \(position))"))
        }
        let dryRun = query.all("dryRun")
        if let error = Self.dryRunError(dryRun) { errors.append(error) }
        let validation = query["fieldValidation"] ?? ""
        if !validation.isEmpty, FieldValidation(rawValue: validation) == nil {
            errors.append(
                .notSupported("fieldValidation", .string(validation), ["", "Ignore", "Strict", "Warn"]))
        }
        if !errors.isEmpty { throw .invalidOptions(kind, errors) }
        self.dryRun = !dryRun.isEmpty
        self.manager = request.fieldManager
        self.validation = FieldValidation(rawValue: validation) ?? .warn
        self.force = query.flag("force")
    }

    static func dryRunError(_ values: [String]) -> FieldError? {
        values.allSatisfy { $0 == "All" } ? nil : .notSupported("dryRun", JSONValue(values), ["All"])
    }
}

extension Unicode.Scalar {
    /// Letters, marks, numbers, punctuation, symbols and the plain space.
    fileprivate var isPrintable: Bool {
        switch properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
        case .spaceSeparator: self == " "
        default: true
        }
    }
}
