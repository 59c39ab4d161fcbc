/// A parsed expression of the Common Expression Language, with macros expanded.
struct CELExpression: Sendable {
    indirect enum Node: Sendable {
        case literal(CELValue)
        case name(String)
        /// A field; with `isTest`, whether there is one (`has(a.b)`).
        case select(CELExpression, String, isTest: Bool)
        /// A function, operator (`_+_`) or method.
        case call(String, target: CELExpression?, [CELExpression])
        case list([CELExpression], optional: Set<Int>)
        case map([Entry])
        case fold(Fold)
    }

    struct Entry: Sendable {
        var key: CELExpression
        var value: CELExpression
        var isOptional = false
    }

    /// What macros such as `all` and `map` become: a variable that starts as `start` and becomes `step` for each element
    /// of the range, as long as `condition` holds.
    struct Fold: Sendable {
        var range: CELExpression
        var variable: String
        /// The second variable: an element's value, while `variable` is its index or key.
        var second: String?
        var accumulator: String
        var start: CELExpression
        var condition: CELExpression
        var step: CELExpression
        var result: CELExpression

        /// A value with a name: what `optMap` becomes.
        var isBinding: Bool { variable == "#unused" }
    }

    /// Unique within the whole expression.
    let id: Int
    /// Where it stands in the text, in Unicode scalars.
    let offset: Int
    let node: Node
    /// How deeply expressions nest in it.
    let depth: Int

    init(id: Int, offset: Int, node: Node) {
        self.id = id
        self.offset = offset
        self.node = node
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
        case .select(let operand, _, _): [operand]
        case .call(_, let target, let arguments): (target.map { [$0] } ?? []) + arguments
        case .list(let elements, _): elements
        case .map(let entries): entries.flatMap { [$0.key, $0.value] }
        case .fold(let fold): [fold.range, fold.start, fold.condition, fold.step, fold.result]
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

    /// A fault of an operator's or function's use that was only found at run time.
    static let noOverload = CELError("no such overload")

    /// The compiler's way to say it, with a mark under the place.
    func report(in text: String) -> String {
        let scalars = Array(text.unicodeScalars)
        let place = min(offset ?? 0, scalars.count)
        let before = scalars[..<place]
        let line = before.filter { $0 == "\n" }.count
        let start = before.lastIndex(of: "\n").map { $0 + 1 } ?? 0
        let end = scalars[start...].firstIndex(of: "\n") ?? scalars.count
        var source = String.UnicodeScalarView()
        source.append(contentsOf: scalars[start..<end])
        let shown = String(source).replacing("\t", with: " ")
        return "ERROR: <input>:\(line + 1):\(place - start + 1): \(message)\n | \(shown)\n | "
            + String(repeating: ".", count: place - start) + "^"
    }
}

/// Everything that a compiler found wrong.
struct CELFaults: Error {
    var errors: [CELError]
    /// Why a good expression is no program all the same.
    var program: String?

    init(errors: [CELError]) { self.errors = errors }

    init(program: String) {
        errors = []
        self.program = program
    }

    /// - Parameter subject: what was compiled: `""` for a rule, else `messageExpression `.
    func report(in text: String, subject: String = "") -> String {
        if let program { return "\(subject.isEmpty ? "program " : subject)instantiation failed: \(program)" }
        let sorted = errors.sorted { ($0.offset ?? 0) < ($1.offset ?? 0) }.map { $0.report(in: text) }
        return "\(subject)compilation failed: \(sorted.joined(separator: "\n"))"
    }
}
