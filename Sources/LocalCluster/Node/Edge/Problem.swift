import KubernetesClient

/// An RFC 9457 problem.
enum Problem {
    static func json(status: Int, title: String, detail: String) -> String {
        let problem: JSONValue = [
            "type": "about:blank", "title": .string(title), "status": JSONValue(status), "detail": .string(detail),
            "code": .string(title.lowercased().split(separator: " ").joined(separator: "_")),
        ]
        return problem.text()
    }
}
