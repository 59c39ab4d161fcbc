/// YAML that could not be read: what was wrong and on which line, counted from 1.
public struct YAMLError: Error, Hashable, CustomStringConvertible {
    /// What was wrong.
    public var message: String
    /// Where, counted from 1.
    public var line: Int

    public init(_ message: String, line: Int) {
        self.message = message
        self.line = line
    }

    public var description: String { "line \(line): \(message)" }
}

extension JSONValue {
    /// Reads one YAML document of the subset that configuration files use: block and flow collections, plain, quoted
    /// and block scalars, comments. JSON is YAML too.
    ///
    /// - Throws: ``YAMLError``, also for anchors, aliases, tags and complex keys, which are not supported.
    public init(yaml text: String) throws(YAMLError) {
        var reader = try YAMLReader(text)
        self = try reader.document()
    }
}
