/// What an exec plugin printed.
struct ExecCredential: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible {
    var token: String?
    /// PEM.
    var certificate: [UInt8]?
    var key: [UInt8]?
    /// `nil` when it holds until the server refuses it.
    var expires: Timestamp?

    var description: String { "credential" }
    var debugDescription: String { description }

    /// The error never shows the output, which may hold a secret even when it makes no sense.
    struct Malformed: Error {
        var message: String
    }

    init(output: [UInt8], apiVersion: String) throws(Malformed) {
        guard let json = try? JSONValue(parsing: output) else { throw Malformed(message: "its output is not JSON") }
        let kind = json["kind"]?.stringValue ?? ""
        let version = json["apiVersion"]?.stringValue ?? ""
        guard kind == "ExecCredential" else { throw Malformed(message: "its output is no ExecCredential") }
        guard version == apiVersion else {
            throw Malformed(
                message: "it is configured to use API version \(apiVersion), and it returned version \(version)")
        }
        guard let status = json["status"], status.objectValue != nil else {
            throw Malformed(message: "it did not return a status field")
        }
        func text(_ field: String) throws(Malformed) -> String? {
            guard let value = status[field], !value.isNull else { return nil }
            guard let text = value.stringValue else { throw Malformed(message: "status.\(field) is not a string") }
            return text.isEmpty ? nil : text
        }
        token = try text("token")
        certificate = try text("clientCertificateData").map { Array($0.utf8) }
        key = try text("clientKeyData").map { Array($0.utf8) }
        guard (certificate == nil) == (key == nil) else {
            throw Malformed(message: "it returned only certificate or key, not both")
        }
        guard token != nil || certificate != nil else {
            throw Malformed(message: "it did not return a token or a certificate and key")
        }
        if let text = try text("expirationTimestamp") {
            guard let time = Timestamp(text) else {
                throw Malformed(message: "status.expirationTimestamp is no RFC 3339 time")
            }
            expires = time
        }
    }
}
