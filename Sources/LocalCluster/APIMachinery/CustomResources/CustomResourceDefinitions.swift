public import KubernetesClient

/// The kinds that a CustomResourceDefinition defines.
public enum CustomResourceDefinitions {
    /// The served versions of a definition that has passed validation.
    public static func definitions(of crd: JSONValue) -> [ResourceDefinition] { [] }

    /// `status` with accepted names, stored versions and the conditions NamesAccepted and Established; conflicts with
    /// the names of `others` (every other definition, built-in or custom, of the same group) are told.
    public static func status(of crd: JSONValue, others: [ResourceDefinition], now: String) -> JSONValue { [:] }
}
