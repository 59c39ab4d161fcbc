/// What is wrong with the literals of a checked expression: durations, times and patterns that are none, formats that do
/// not fit what they show, lists of different types.
struct CELLiterals {
    let program: CELProgram

    var faults: [CELError] {
        var faults: [CELError] = []
        visit(program.expression, isShown: false, &faults)
        return faults
    }

    /// - Parameter isShown: whether it is part of what a `format` shows, whose lists may mix types.
    private func visit(_ expression: CELExpression, isShown: Bool, _ faults: inout [CELError]) {
        var isShown = isShown
        func type(_ expression: CELExpression) -> CELType { program.types[expression.id] ?? .dyn }
        func expect(_ wanted: CELType?, _ found: CELExpression, _ given: CELType) {
            guard let wanted, wanted != given else { return }
            let message = "expected type '\(wanted.description)' but found '\(given.description)'"
            faults.append(CELError(message, at: found.offset))
        }
        switch expression.node {
        case .call("duration", _, let arguments):
            if case .literal(.string(let text))? = arguments.first?.node, CELTime.duration(text) == nil {
                faults.append(CELError("invalid duration argument", at: arguments[0].offset))
            }
        case .call("timestamp", _, let arguments):
            if case .literal(.string(let text))? = arguments.first?.node, CELTime.timestamp(text) == nil {
                faults.append(CELError("invalid timestamp argument", at: arguments[0].offset))
            }
        case .call("matches", _, let arguments):
            if case .literal(.string(let text))? = arguments.first?.node, !Pattern.isValid(text) {
                faults.append(CELError("invalid matches argument", at: arguments[0].offset))
            }
        case .call("format", let target?, let arguments):
            isShown = true
            if case .literal(.string(let text)) = target.node, case .list(let elements, _)? = arguments.first?.node {
                faults += CELFormat.faults(text, elements.map { (type($0), $0.offset) }, at: expression.offset)
            }
        case .list(let elements, let optional) where !isShown:
            func element(_ index: Int) -> CELType {
                let own = type(elements[index])
                return optional.contains(index) ? own.wrapped ?? own : own
            }
            if let index = elements.indices.first(where: { element($0) != element(0) }) {
                expect(element(0), elements[index], element(index))
            }
        case .map(let entries) where !isShown:
            for entry in entries.dropFirst() {
                expect(type(entries[0].key), entry.key, type(entry.key))
                if !entry.isOptional { expect(type(entries[0].value), entry.value, type(entry.value)) }
            }
        default: break
        }
        for child in expression.node.children { visit(child, isShown: isShown, &faults) }
    }
}
