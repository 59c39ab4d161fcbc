public import FaultProxy
import Foundation
public import KubernetesClient

extension Upstream {
    /// The server that a client configuration names; requests through the proxy bring their own tokens.
    public init(_ configuration: ClientConfiguration) throws {
        self.init(
            url: configuration.server, authority: try Self.bytes(configuration.certificateAuthority),
            clientCertificate: try Self.bytes(configuration.clientCertificate),
            clientKey: try Self.bytes(configuration.clientKey))
    }

    private static func bytes(_ material: FileOrBytes?) throws -> [UInt8]? {
        switch material {
        case .bytes(let bytes): bytes
        case .file(let path): Array(try Data(contentsOf: URL(filePath: path)))
        case nil: nil
        }
    }
}
