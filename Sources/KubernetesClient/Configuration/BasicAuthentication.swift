#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A name and password, for servers behind a gateway that wants them; no API server itself takes them any more.
public struct BasicAuthentication: Sendable, Hashable {
    /// Without a colon.
    public var username: String
    /// Sent as it is, white space included.
    public var password: FileOrBytes

    public init(username: String, password: FileOrBytes) {
        self.username = username
        self.password = password
    }

    /// The value of an `Authorization` header.
    func authorization() throws(KubernetesError) -> String {
        let text = Array(username.utf8) + [UInt8(ascii: ":")] + (try password.read("password"))
        return "Basic \(Data(text).base64EncodedString())"
    }
}
