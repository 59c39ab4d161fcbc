import NIOCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A loopback port that stays ours while nobody listens: connections to it are refused and nobody else gets it.
///
/// It is shared by `SO_REUSEPORT` alone, so that the listener that asks for both can have it, and one that asks for any
/// port, as most do with `SO_REUSEADDR`, cannot.
final class ReservedPort: Sendable {
    let number: Int
    private let descriptor: Int32

    /// What a listener needs to have the port.
    static var sharing: ChannelOptions.Types.SocketOption {
        .init(level: .socket, name: NIOBSDSocket.Option(rawValue: SO_REUSEPORT))
    }

    struct Failure: Error { var code: Int32 }

    init() throws {
        #if canImport(Glibc)
            let type = Int32(SOCK_STREAM.rawValue)
        #else
            let type = SOCK_STREAM
        #endif
        descriptor = socket(AF_INET, type, 0)
        guard descriptor >= 0 else { throw Failure(code: errno) }
        var one: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEPORT, &one, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { [descriptor] pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(descriptor, pointer, length) == 0 && getsockname(descriptor, pointer, &length) == 0
            }
        }
        guard bound else {
            let code = errno
            close(descriptor)
            throw Failure(code: code)
        }
        number = Int(UInt16(bigEndian: address.sin_port))
    }

    func release() { close(descriptor) }
}
