public import KubernetesClient

/// Request bodies of content type `application/vnd.kubernetes.protobuf`.
public enum ProtobufBody {
    /// The object in a body (`k8s\0` and `runtime.Unknown`) as JSON, with `apiVersion` and `kind` where it has them.
    /// Throws a 400 or 415.
    public static func decode(_ bytes: [UInt8], as definition: ResourceDefinition?) throws(StatusError) -> JSONValue {
        throw .badRequest("protobuf")
    }
}
