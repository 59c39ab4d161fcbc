/// A parsed expression of the Common Expression Language, with where it stands in its text.
struct CELExpression: Sendable {
    indirect enum Node: Sendable {
        case literal(CELValue)
        case name(String)
        case select(CELExpression, String, optional: Bool)
        case index(CELExpression, CELExpression, optional: Bool)
        case has(CELExpression, String)
        case list([CELExpression])
        case map([(key: CELExpression, value: CELExpression)])
        /// A function or operator, with its receiver first when it has one.
        case call(String, receiver: CELExpression?, [CELExpression])
        case conditional(CELExpression, CELExpression, CELExpression)
        case and(CELExpression, CELExpression)
        case or(CELExpression, CELExpression)
        /// `all`, `exists`, `exists_one`, `filter` and `map` over a list or a map's keys.
        case macro(Macro, CELExpression, variable: String, CELExpression, then: CELExpression?)
    }

    enum Macro: String, Sendable {
        case all, exists, filter, map
        case existsOne = "exists_one"

        init?(name: String) { self.init(rawValue: name == "existsOne" ? "exists_one" : name) }
    }

    let node: Node
    let offset: Int
    /// How deeply expressions nest in it.
    let depth: Int

    init(node: Node, offset: Int) {
        self.node = node
        self.offset = offset
        depth = 1 + (node.children.map(\.depth).max() ?? 0)
    }

    func mentions(_ name: String) -> Bool {
        if case .name(let own) = node { return own == name }
        return node.children.contains { $0.mentions(name) }
    }
}

extension CELExpression.Node {
    var children: [CELExpression] {
        switch self {
        case .literal, .name: []
        case .select(let operand, _, _), .has(let operand, _): [operand]
        case .index(let left, let right, _), .and(let left, let right), .or(let left, let right): [left, right]
        case .list(let elements): elements
        case .map(let entries): entries.flatMap { [$0.key, $0.value] }
        case .call(_, let receiver, let arguments): (receiver.map { [$0] } ?? []) + arguments
        case .conditional(let first, let second, let third): [first, second, third]
        case .macro(_, let range, _, let body, let then): [range, body] + (then.map { [$0] } ?? [])
        }
    }
}

/// Why an expression cannot be used or has no value.
struct CELError: Error {
    var message: String
    /// Where in the text; `nil` at run time.
    var offset: Int?

    init(_ message: String, at offset: Int? = nil) {
        self.message = message
        self.offset = offset
    }

    /// The compiler's way to say it, with a mark under the place.
    func report(in text: String) -> String {
        guard let offset else { return "ERROR: <input>:1:1: \(message)" }
        let before = text.prefix(offset)
        let line = before.filter { $0 == "\n" }.count + 1
        let column = before.split(separator: "\n", omittingEmptySubsequences: false).last?.count ?? 0
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let source = lines.indices.contains(line - 1) ? lines[line - 1] : ""
        return "ERROR: <input>:\(line):\(column + 1): \(message)\n | \(source)\n | "
            + String(repeating: ".", count: column) + "^"
    }
}
