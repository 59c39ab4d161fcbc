public import KubernetesClient

/// Request bodies of content type `application/vnd.kubernetes.protobuf`.
public enum ProtobufBody {
    /// The object in a body (`k8s\0` and `runtime.Unknown`) as JSON, with the `apiVersion` and `kind` it names.
    ///
    /// - Parameter definition: what the request is for; the body may be of another kind, such as DeleteOptions.
    /// - Throws: a 400 for what is no such body or a kind without a built-in type.
    public static func decode(_ bytes: [UInt8], as definition: ResourceDefinition?) throws(StatusError) -> JSONValue {
        guard bytes.starts(with: [0x6B, 0x38, 0x73, 0x00]) else {
            throw .badRequest("provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]")
        }
        do throws(ProtobufReader.Fault) {
            var apiVersion = ""
            var kind = ""
            var raw: [UInt8] = []
            var reader = ProtobufReader(bytes.dropFirst(4))
            while let field = try reader.next() {
                switch (field.number, field.content) {
                case (1, .bytes(let meta)):
                    var names = ProtobufReader(meta)
                    while let name = try names.next() {
                        guard case .bytes(let text) = name.content else { continue }
                        if name.number == 1 { apiVersion = String(decoding: text, as: UTF8.self) }
                        if name.number == 2 { kind = String(decoding: text, as: UTF8.self) }
                    }
                case (2, .bytes(let content)): raw = Array(content)
                default: break
                }
            }
            guard let schema = schema(apiVersion, kind, definition) else {
                throw ProtobufReader.Fault(message: "no kind \"\(kind)\" is registered for version \"\(apiVersion)\"")
            }
            var object = try ProtobufDecoder.message(raw[...], schema)
            object["apiVersion"] = .string(apiVersion)
            object["kind"] = .string(kind)
            return object
        } catch {
            throw .badRequest("unable to decode protobuf: \(error.message)")
        }
    }

    private static func schema(_ apiVersion: String, _ kind: String, _ definition: ResourceDefinition?) -> Schema? {
        if let definition, definition.kind == kind, !definition.isCustom { return definition.schema }
        let own = BuiltinKinds.all.first { $0.kind == kind && $0.apiVersion == apiVersion }
        return own?.schema ?? BuiltinKinds.types["io.k8s.apimachinery.pkg.apis.meta.v1.\(kind)"]
            ?? BuiltinKinds.types.first { $0.key.hasSuffix(".\(kind)") }?.value
    }
}
