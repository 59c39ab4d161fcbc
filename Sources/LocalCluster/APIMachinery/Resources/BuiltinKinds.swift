/// The kinds that are always served.
public enum BuiltinKinds {
    public static let all: [ResourceDefinition] = []
}
