/// A variable of a service's environment; it wins over the generated configuration.
public struct EnvironmentVariable: Described {
    public var name = ""
    public var value = ""

    public init() {}

    public init(name: String, value: String) {
        self.name = name
        self.value = value
    }

    public static let schema = Schema.object(
        Self.self, "A variable of the service's environment.", required: ["name"],
        [
            "name": .string("Name of the variable.", pattern: "^[A-Za-z_][A-Za-z0-9_]*$", minimumLength: 1),
            "value": .string("Its value.", maximumLength: 4096),
        ])
}
