import AsyncHTTPClient
import NIOCore
import NIOPosix
import NIOSSL

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

extension Error {
    /// Whether the request surely never left.
    var isFailureToConnect: Bool {
        if let error = self as? HTTPClientError {
            return [
                .connectTimeout, .tlsHandshakeTimeout, .getConnectionFromPoolTimeout, .invalidURL, .emptyHost,
                .emptyScheme, .alreadyShutdown,
            ].contains(error)
        }
        if let error = self as? IOError { return [ECONNREFUSED, EHOSTUNREACH, ENETUNREACH].contains(error.errnoCode) }
        if case .handshakeFailed? = self as? NIOSSLError { return true }
        return self is NIOConnectionError || self is NIOSSLExtraError
    }
}
