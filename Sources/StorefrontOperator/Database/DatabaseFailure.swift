import PostgreSQL

/// Why a PostgreSQL server cannot be used, so that a person knows what to do.
struct DatabaseFailure: Error, Sendable, Hashable {
    enum Kind: String, Sendable, Hashable {
        case unreachable = "PostgresUnreachable"
        case unauthorized = "PostgresUnauthorized"
        case forbidden = "PostgresForbidden"
        case failed = "PostgresFailed"
    }

    var kind: Kind
    /// What was wrong, in a few words, without secrets.
    var detail: String

    init(_ kind: Kind, _ detail: String) {
        self.kind = kind
        self.detail = detail
    }

    init(_ error: any Error) {
        guard let error = error as? PostgresError else {
            self.init(.failed, "\(error)")
            return
        }
        if error.code == .connection || error.code == .poolExhausted || error.code == .timeout {
            self = Self.connecting(error.message)
            return
        }
        switch error.code.rawValue {
        case "28P01", "28000": self.init(.unauthorized, "authentication failed")
        case "42501": self.init(.forbidden, "the role lacks a privilege: \(error.message)")
        default:
            self.init(error.isUnavailable ? .unreachable : .failed, "\(error.message) (\(error.code.rawValue))")
        }
    }

    /// libpq tells only in words why there is no connection.
    private static func connecting(_ message: String) -> DatabaseFailure {
        let words: [(String, Kind, String)] = [
            ("password authentication failed", .unauthorized, "password authentication failed"),
            ("no password supplied", .unauthorized, "the server asks for a password"),
            ("no pg_hba.conf entry", .unauthorized, "the server's pg_hba.conf has no entry for this role and host"),
            ("SCRAM", .unauthorized, "authentication failed"),
            ("role \"", .unauthorized, "there is no such role"),
            ("database \"", .failed, "the database to connect to does not exist"),
            ("could not translate host name", .unreachable, "unknown host"),
            ("Connection refused", .unreachable, "connection refused"),
            ("timeout", .unreachable, "no answer in time"),
            ("No route to host", .unreachable, "no route to host"),
            ("server does not support SSL", .failed, "the server does not speak TLS"),
            ("certificate", .failed, "the server's certificate is not trusted"),
            ("too many", .unreachable, "the server has too many connections"),
            ("starting up", .unreachable, "the server is starting up"),
            ("shutting down", .unreachable, "the server is shutting down"),
        ]
        for (text, kind, detail) in words where message.contains(text) { return DatabaseFailure(kind, detail) }
        return DatabaseFailure(.unreachable, message.split(separator: "\n").first.map(String.init) ?? "no connection")
    }

    /// Whether the server took the password, but has no connection left for the role.
    static func isTooManyConnections(_ error: any Error) -> Bool {
        guard let error = error as? PostgresError else { return false }
        return error.code.rawValue == "53300" || error.message.contains("too many connections")
    }
}
