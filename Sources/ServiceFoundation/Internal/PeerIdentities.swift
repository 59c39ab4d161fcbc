import Contracts
import NIOCore
import NIOSSL
import NIOTLS
import SwiftASN1
import Synchronization
import X509

/// Which service is at the other end of each connection of the internal listener.
final class PeerIdentities: Sendable {
    private let services = Mutex<[ObjectIdentifier: ServiceName]>([:])

    func identity(of channel: any Channel) -> PeerIdentity {
        services.withLock { $0[ObjectIdentifier(channel)] }.map { .service($0) } ?? .unknown
    }

    fileprivate func set(_ service: ServiceName?, for channel: any Channel) {
        services.withLock { $0[ObjectIdentifier(channel)] = service }
    }

    func handler() -> PeerIdentityHandler { PeerIdentityHandler(self) }

    /// The last path component of the certificate's first SPIFFE URI name.
    static func service(of certificate: NIOSSLCertificate) -> ServiceName? {
        guard let der = try? certificate.toDERBytes(), let parsed = try? Certificate(derEncoded: der),
            let names = try? parsed.extensions.subjectAlternativeNames
        else { return nil }
        for case .uniformResourceIdentifier(let uri) in names where uri.hasPrefix("spiffe://") {
            return uri.split(separator: "/").last.flatMap { ServiceName(rawValue: String($0)) }
        }
        return nil
    }
}

/// Notes who is calling once the handshake is done, and forgets it with the connection.
final class PeerIdentityHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = NIOAny
    typealias InboundOut = NIOAny

    private let identities: PeerIdentities

    init(_ identities: PeerIdentities) { self.identities = identities }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { context.fireChannelRead(data) }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case TLSUserEvent.handshakeCompleted? = event as? TLSUserEvent {
            let handler = try? context.pipeline.syncOperations.handler(type: NIOSSLServerHandler.self)
            let certificate = handler?.peerCertificate
            identities.set(certificate.flatMap(PeerIdentities.service(of:)), for: context.channel)
        }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        identities.set(nil, for: context.channel)
        context.fireChannelInactive()
    }
}
