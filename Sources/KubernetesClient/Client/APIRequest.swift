public import NIOHTTP1

/// A request below the server's address, for what ``KubernetesClient`` has no method for.
public struct APIRequest: Sendable {
    /// The HTTP method.
    public var method: HTTPMethod
    /// Begins with a slash, percent-encoded, without query.
    public var path: String
    /// Not encoded, in the order given.
    public var query: [(name: String, value: String)]
    /// What to ask for (`Accept`).
    public var accept: String
    /// What ``body`` is.
    public var contentType: String
    /// What to send; `nil` sends no body.
    public var body: [UInt8]?
    /// Whether it may be sent again when it is not known if the server has carried it out: it only reads, or a second
    /// time does nothing to what others did since the first.
    public var isIdempotent: Bool

    public init(
        _ method: HTTPMethod, _ path: String, query: [(String, String)] = [], accept: String = "application/json",
        contentType: String = "application/json", body: [UInt8]? = nil, isIdempotent: Bool? = nil
    ) {
        self.method = method
        self.path = path
        self.query = query.map { (name: $0.0, value: $0.1) }
        self.accept = accept
        self.contentType = contentType
        self.body = body
        self.isIdempotent = isIdempotent ?? method.isReading
    }

    /// The method and path: what errors and logs may say.
    var title: String { "\(method.rawValue) \(path)" }

    func url(server: String) -> String {
        guard !query.isEmpty else { return server + path }
        let query = query.map { "\(PercentEncoding.query($0.name))=\(PercentEncoding.query($0.value))" }
        return server + path + "?" + query.joined(separator: "&")
    }
}

/// A whole answer with a status below 300.
public struct APIResponse: Sendable {
    /// The HTTP status code.
    public var status: Int
    /// The headers of the answer.
    public var headers: HTTPHeaders
    /// The whole body.
    public var body: [UInt8]

    /// - Throws: ``KubernetesError/unexpectedAnswer(_:)`` when the body is not JSON.
    public func json() throws(KubernetesError) -> JSONValue { try json(reading: .all) }

    func json(reading projection: JSONProjection) throws(KubernetesError) -> JSONValue {
        do throws(JSONTextError) {
            return try JSONValue(parsing: body, reading: projection)
        } catch {
            throw .unexpectedAnswer("the body is not JSON: \(error)")
        }
    }
}

extension HTTPMethod {
    /// Whether it changes nothing.
    var isReading: Bool { self == .GET || self == .HEAD || self == .OPTIONS }
}
