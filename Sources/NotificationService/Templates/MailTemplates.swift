import Mustache

/// A mail's texts as Mustache templates: `text` is plain, `html` is the inner part of the page.
struct TemplateSource: Sendable {
    let subject: String
    let text: String
    let html: String
}

/// A mail's finished texts.
struct RenderedMail: Sendable, Equatable {
    let subject: String
    let text: String
    let html: String
}

/// The templates of every mail, parsed once. What a person wrote is escaped in HTML and left as it is in plain text.
struct MailTemplates: Sendable {
    private struct Parsed: Sendable {
        let subject: MustacheTemplate
        let text: MustacheTemplate
        let html: MustacheTemplate
    }

    private let templates: [TemplateName: Parsed]
    private let layout: MustacheTemplate
    private let textLayout: MustacheTemplate

    /// Throws when a template is malformed or one is missing.
    init(
        _ sources: [TemplateName: TemplateSource] = EnglishTemplates.all,
        layout: TemplateSource = EnglishTemplates.layout
    ) throws {
        var templates: [TemplateName: Parsed] = [:]
        for name in TemplateName.allCases {
            guard let source = sources[name] else { throw TemplateError.missing(name) }
            templates[name] = Parsed(
                subject: try Self.plain(source.subject), text: try Self.plain(source.text),
                html: try MustacheTemplate(string: source.html))
        }
        self.templates = templates
        self.layout = try MustacheTemplate(string: layout.html)
        self.textLayout = try Self.plain(layout.text)
    }

    func render(_ name: TemplateName, _ values: [String: MailValue]) throws -> RenderedMail {
        guard let parsed = templates[name] else { throw TemplateError.missing(name) }
        var object = values.compactMapValues(\.mustache)
        let subject = Self.oneLine(parsed.subject.render(object))
        object["subject"] = subject
        object["content"] = parsed.html.render(object)
        let html = layout.render(object)
        object["content"] = parsed.text.render(object)
        return RenderedMail(subject: subject, text: textLayout.render(object), html: html)
    }

    /// The subject alone, as the log shows it: one line of at most 255 characters.
    func subject(_ name: TemplateName, _ values: [String: MailValue]) throws -> String {
        guard let parsed = templates[name] else { throw TemplateError.missing(name) }
        return Self.oneLine(parsed.subject.render(values.compactMapValues(\.mustache)))
    }

    private static func plain(_ text: String) throws -> MustacheTemplate {
        try MustacheTemplate(string: "{{% CONTENT_TYPE:TEXT}}" + text)
    }

    private static func oneLine(_ text: String) -> String {
        let line = text.split(whereSeparator: { $0.isNewline || $0 == "\t" }).joined(separator: " ")
        return String(String.UnicodeScalarView(line.unicodeScalars.prefix(255)))
    }
}

/// A mail has no template.
enum TemplateError: Error, Sendable {
    case missing(TemplateName)
}
