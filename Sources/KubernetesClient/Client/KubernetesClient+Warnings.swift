import Logging
import NIOHTTP1
import Synchronization

extension KubernetesClient {
    /// Logs what the server warns of (`Warning: 299 - "…"`), such as fields that it does not know: each text once.
    func noteWarnings(_ request: APIRequest, _ headers: HTTPHeaders) {
        for header in headers["Warning"] where header.hasPrefix("299 ") {
            guard let begin = header.firstIndex(of: "\""), let end = header.lastIndex(of: "\""), begin < end else {
                continue
            }
            let text = String(header[header.index(after: begin)..<end]).replacing("\\\"", with: "\"")
            let isNew = warned.withLock { $0.count < Self.mostWarnings && $0.insert(text).inserted }
            guard isNew else { continue }
            logger.warning("the server warns", metadata: ["request": "\(request.title)", "warning": "\(text)"])
        }
    }

    /// Texts may name objects, of which there is no end.
    private static let mostWarnings = 256
}
