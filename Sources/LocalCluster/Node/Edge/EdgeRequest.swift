import NIOCore
import NIOHTTP1

/// A request on its way through the edge, with what is needed to try another endpoint.
struct EdgeRequest {
    var head: HTTPRequestHead
    var forwarded: HTTPRequestHead
    var backend: IngressRouting.Backend
    var candidates: [ServiceRouting.Endpoint]
    var since = NIODeadline.now()
    /// What has come of the body, to be sent again when an endpoint fails before it answers.
    var body: [ByteBuffer] = []
    var bodyBytes = 0
    var hasAll = false
    /// The body is too long to be kept, so that there is only one try once it is being sent.
    var isTooLongToRepeat = false
    var attempts = 0
    var isSent = false
    var hasAnswer = false
    var keepsUpstream = true
    var connection: UpstreamConnection?

    /// Whether a request that an endpoint may have seen can be sent to another.
    var isRepeatable: Bool {
        guard !isTooLongToRepeat else { return false }
        switch head.method {
        case .GET, .HEAD, .OPTIONS, .PUT, .DELETE, .TRACE: return true
        default: return head.headers.contains(name: "Idempotency-Key")
        }
    }
}
