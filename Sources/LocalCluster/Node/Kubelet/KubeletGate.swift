import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOSSL
import SwiftASN1
import X509

#if canImport(Glibc)
    import Glibc
#endif

/// A request of the kubelet API with the connection it came on.
struct KubeletRequestContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel

    init(source: Source) {
        coreContext = .init(source: source)
        channel = source.channel
    }
}

/// Lets only those in who may ask.
struct KubeletGate: RouterMiddleware {
    let access: KubeletAccess

    func handle(
        _ request: Request, context: KubeletRequestContext,
        next: (Request, KubeletRequestContext) async throws -> Response
    ) async throws -> Response {
        let credentials = request.headers[.authorization]?.split(separator: " ") ?? []
        let token = credentials.count == 2 && credentials[0].lowercased() == "bearer" ? String(credentials[1]) : nil
        let certified = await certified(context.channel)
        let user = certified ?? (token == nil ? Self.neighbour(context.channel) : nil)
        let resource = request.uri.path.hasPrefix("/stats") ? "stats" : "proxy"
        switch await access.verdict(user: user, token: certified == nil ? token : nil, resource: resource) {
        case .allowed: return try await next(request, context)
        case .unauthorized: return Self.refusal(.unauthorized, "Unauthorized")
        case .forbidden(let text): return Self.refusal(.forbidden, text)
        }
    }

    private static func refusal(_ status: HTTPResponse.Status, _ text: String) -> Response {
        Response(status: status, body: .init(byteBuffer: ByteBuffer(string: text)))
    }

    /// Whom the client's certificate names: its common name, with its organizations as groups.
    private func certified(_ channel: any Channel) async -> KubeletAccess.User? {
        guard let bytes = try? await channel.nioSSL_peerCertificate().get()?.toDERBytes(),
            let certificate = try? Certificate(derEncoded: bytes)
        else { return nil }
        var user = KubeletAccess.User(name: "", groups: ["system:authenticated"])
        for attribute in certificate.subject.flatMap({ $0 }) {
            if attribute.type == .RDNAttributeType.commonName { user.name = "\(attribute.value)" }
            if attribute.type == .RDNAttributeType.organizationName { user.groups.insert("\(attribute.value)") }
        }
        return user
    }

    /// The agent's own user, or root, at the other end of a connection within this machine.
    private static func neighbour(_ channel: any Channel) -> KubeletAccess.User? {
        func place(_ address: SocketAddress?) -> SocketTable.Place? {
            guard let host = address?.ipAddress, let port = address?.port else { return nil }
            return SocketTable.Place(address: host, port: port)
        }
        guard let remote = place(channel.remoteAddress), let local = place(channel.localAddress),
            let user = SocketTable.current.user(from: remote, to: local), user == getuid() || user == 0
        else { return nil }
        return KubeletAccess.User(name: "uid:\(user)", groups: [], isOwn: true)
    }
}
