import AsyncHTTPClient
import NIOCore
import NIOPosix
import NIOSOCKS
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
                .emptyScheme, .alreadyShutdown, .httpProxyHandshakeTimeout, .socksHandshakeTimeout,
                .proxyAuthenticationRequired, .invalidProxyResponse,
            ].contains(error)
        }
        if let error = self as? IOError {
            // A reset, or news that the host is out of reach, can come at any time; only the words say that it met the
            // attempt to connect.
            return error.errnoCode == ECONNREFUSED || error.description.hasPrefix("connect(")
                || error.description.hasPrefix("finishing a non-blocking connect failed")
        }
        return self is NIOConnectionError || isHandshakeFailure || isFailureOfSOCKSProxy
    }

    /// Whether a SOCKS proxy made no tunnel, or is none.
    private var isFailureOfSOCKSProxy: Bool {
        switch self {
        case is SOCKSError.ConnectionFailed, is SOCKSError.NoValidAuthenticationMethod,
            is SOCKSError.InvalidAuthenticationSelection, is SOCKSError.InvalidProtocolVersion,
            is SOCKSError.InvalidReservedByte, is SOCKSError.InvalidAddressType, is SOCKSError.InvalidClientState,
            is SOCKSError.UnexpectedRead:
            true
        default: false
        }
    }

    /// Whether the two sides did not accept each other's certificates.
    fileprivate var isHandshakeFailure: Bool {
        if case .handshakeFailed? = self as? NIOSSLError { return true }
        return self is NIOSSLExtraError
    }
}

extension KubernetesError {
    /// Whether the two sides did not accept each other's certificates.
    var isHandshakeFailure: Bool {
        if case .transport(let transport) = self { transport.underlying.isHandshakeFailure } else { false }
    }
}
