public import HummingbirdCore
import HummingbirdTLS
public import NIOSSL

extension HTTPServerBuilder {
    /// HTTP/1.1 whose connections are kept until they are closed.
    public static func kept(_ configuration: HTTP1Channel.Configuration = .init()) -> HTTPServerBuilder {
        HTTPServerBuilder { KeptConnections(HTTP1Channel(responder: $0, configuration: configuration)) }
    }

    /// The same over TLS.
    ///
    /// - Parameter waiting: to close, at the server's end, the connections that nobody took up.
    public static func kept(_ tls: TLSConfiguration, waiting: WaitingConnections) -> HTTPServerBuilder {
        HTTPServerBuilder { responder in
            let channel = try TLSChannel(HTTP1Channel(responder: responder), tlsConfiguration: tls)
            return KeptConnections(channel, waiting: waiting)
        }
    }
}
