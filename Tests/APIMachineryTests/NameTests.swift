import Testing

@testable import APIMachinery

/// Names are judged without regular expressions; these are the expressions that Kubernetes' messages show.
@Suite struct NameTests {
    static let formats: [(expression: String, faults: @Sendable (String) -> [String])] = [
        ("[a-z0-9]([-a-z0-9]*[a-z0-9])?", Names.faultsOfLabel),
        ("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*", Names.faultsOfSubdomain),
        ("[a-z]([-a-z0-9]*[a-z0-9])?", Names.faultsOfLabel1035),
        ("\\*\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*", Names.faultsOfWildcard),
        ("([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]", Names.faultsOfQualifiedName),
        ("(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?", Names.faultsOfLabelValue),
        ("[-A-Za-z0-9]+", Names.faultsOfHeaderName),
    ]

    @Test(arguments: formats.indices)
    func aNameIsGoodWhenItsExpressionMatches(format: Int) {
        let (expression, faults) = Self.formats[format]
        let characters = ["a", "z", "Z", "0", "9", "-", "_", ".", "*", "é", " ", "@", "[", "`", "{"]
        var texts = ["", "a\u{301}", "*.a", "*.", "*.a.b", "a..b", ".a", "a.", "0a", "a0"]
        for _ in 0..<3000 {
            texts.append((0..<Int.random(in: 1...4)).map { _ in characters.randomElement() ?? "" }.joined())
        }
        for text in texts {
            #expect(faults(text).isEmpty == Pattern.matches(text, "^(\(expression))$"), "\(text)")
        }
    }

    @Test func aLineBreakIsPartOfNoName() {
        for (_, faults) in Self.formats { #expect(!faults("a\n").isEmpty) }
        #expect(!Names.faultsOfConfigKey("a\n").isEmpty && Names.faultsOfConfigKey("-._aZ0").isEmpty)
        #expect(Names.faultsOfPortName("web-1").isEmpty && !Names.faultsOfPortName("80").isEmpty)
    }
}
