/// What went wrong between this process and its database.
///
/// `description` names the SQLSTATE, constraint and place but never data; `debugDescription` adds the server's message
/// and detail, which can quote rows, and is for a developer's terminal only.
public struct PostgresError: Error, Sendable, CustomStringConvertible, CustomDebugStringConvertible {
    /// A SQLSTATE of the server, or one of this module's own codes.
    public struct Code: RawRepresentable, Sendable, Hashable {
        public let rawValue: String
        public init(rawValue: String) { self.rawValue = rawValue }

        public static let uniqueViolation = Code(rawValue: "23505")
        public static let foreignKeyViolation = Code(rawValue: "23503")
        public static let checkViolation = Code(rawValue: "23514")
        public static let notNullViolation = Code(rawValue: "23502")
        public static let exclusionViolation = Code(rawValue: "23P01")
        public static let serializationFailure = Code(rawValue: "40001")
        public static let deadlockDetected = Code(rawValue: "40P01")
        public static let lockNotAvailable = Code(rawValue: "55P03")
        public static let queryCanceled = Code(rawValue: "57014")
        public static let undefinedTable = Code(rawValue: "42P01")
        public static let invalidTextRepresentation = Code(rawValue: "22P02")
        public static let numericValueOutOfRange = Code(rawValue: "22003")

        /// No connection could be made, or it broke; see `message` for the cause.
        public static let connection = Code(rawValue: "connection")
        /// Every connection stayed in use until the lease's deadline.
        public static let poolExhausted = Code(rawValue: "pool_exhausted")
        public static let poolClosed = Code(rawValue: "pool_closed")
        /// The server did not answer within the statement timeout.
        public static let timeout = Code(rawValue: "timeout")
        /// A column is missing or does not hold what was asked for.
        public static let decoding = Code(rawValue: "decoding")
        /// A migration that ran before has changed, or is missing.
        public static let migration = Code(rawValue: "migration")
        /// A statement that should have given a row gave none.
        public static let noRow = Code(rawValue: "no_row")
        /// The connection was used after its lease or transaction had ended.
        public static let misuse = Code(rawValue: "misuse")
    }

    public let code: Code
    /// The primary message; for server errors it may quote identifiers, never shown by `description`.
    public let message: String
    /// The constraint that was violated.
    public let constraint: String?
    public let table: String?
    /// Detail and hint of the server: may quote data.
    public let detail: String?
    /// Nothing reached the server, so the same work can be done again without harm.
    public let nothingSent: Bool

    public init(
        _ code: Code, _ message: String, constraint: String? = nil, table: String? = nil, detail: String? = nil,
        nothingSent: Bool = false
    ) {
        self.code = code
        self.message = message
        self.constraint = constraint
        self.table = table
        self.detail = detail
        self.nothingSent = nothingSent
    }

    /// Whether the database could not be reached or used just now: a reason to try later, not to give up.
    public var isUnavailable: Bool {
        switch code {
        case .connection, .poolExhausted, .poolClosed, .timeout: true
        default: code.rawValue.hasPrefix("08") || code.rawValue.hasPrefix("57P") || code.rawValue.hasPrefix("53")
        }
    }

    /// Whether running the whole transaction again is the right answer.
    public var isRetryable: Bool {
        code == .serializationFailure || code == .deadlockDetected || nothingSent
    }

    public var description: String {
        var text = "PostgresError(\(code.rawValue)"
        if let constraint { text += ", constraint \(constraint)" }
        if let table { text += ", table \(table)" }
        // Messages of this module never carry data; those of the server can.
        if code.rawValue.count != 5 || code == .connection { text += ": \(message)" }
        return text + ")"
    }

    public var debugDescription: String {
        var text = "PostgresError(\(code.rawValue): \(message)"
        if let detail { text += "; \(detail)" }
        if let constraint { text += "; constraint \(constraint)" }
        if let table { text += "; table \(table)" }
        return text + ")"
    }
}
