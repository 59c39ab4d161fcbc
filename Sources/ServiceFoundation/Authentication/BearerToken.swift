/// The token of an `Authorization: Bearer …` header.
enum BearerToken {
    static func read(_ authorization: String) throws -> String {
        let parts = authorization.split(separator: " ", omittingEmptySubsequences: true)
        guard parts.count == 2, parts[0].lowercased() == "bearer", parts[1].utf8.count <= 8192 else {
            throw Problem.unauthorized("token_invalid", "The Authorization header is not a bearer token.")
        }
        return String(parts[1])
    }
}
