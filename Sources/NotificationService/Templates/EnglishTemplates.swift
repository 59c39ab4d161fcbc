/// The mails in English. Variables: `shop`, `shop_url`, `first_name`, and those that `MailContents` sets for each.
enum EnglishTemplates {
    static let all: [TemplateName: TemplateSource] = [
        .welcome: welcome, .accountDeactivated: accountDeactivated, .message: message,
        .orderCreated: EnglishOrderTemplates.created, .orderConfirmation: EnglishOrderTemplates.confirmation,
        .orderShipped: EnglishOrderTemplates.shipped, .orderDelivered: EnglishOrderTemplates.delivered,
        .orderCancelled: EnglishOrderTemplates.cancelled, .orderRefunded: EnglishOrderTemplates.refunded,
        .paymentFailed: EnglishOrderTemplates.paymentFailed,
        .lowStock: lowStock, .outOfStock: outOfStock,
    ]

    /// What stands around every mail.
    static let layout = TemplateSource(
        subject: "",
        text: """
            Hello{{#first_name}} {{first_name}}{{/first_name}},

            {{{content}}}

            {{shop}}{{#shop_url}}
            {{shop_url}}{{/shop_url}}

            """,
        html: """
            <!DOCTYPE html>
            <html lang="en">
            <head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{{subject}}</title></head>
            <body style="margin:0;padding:24px;background:#f4f4f5;font-family:Helvetica,Arial,sans-serif;color:#18181b">
            <div style="max-width:560px;margin:0 auto;padding:24px;background:#ffffff;border-radius:8px">
            <p>Hello{{#first_name}} {{first_name}}{{/first_name}},</p>
            {{{content}}}
            <p style="margin-top:32px;font-size:13px;color:#71717a">{{#shop_url}}<a href="{{shop_url}}">{{shop}}</a>{{/shop_url}}{{^shop_url}}{{shop}}{{/shop_url}}</p>
            </div>
            </body>
            </html>

            """)

    static let welcome = TemplateSource(
        subject: "Welcome to {{shop}}",
        text: """
            welcome to {{shop}}. Your account is ready: sign in with {{email}} whenever you like.

            If you did not register, just ignore this mail.
            """,
        html: """
            <p>welcome to <strong>{{shop}}</strong>. Your account is ready: sign in with {{email}} whenever you like.</p>
            <p>If you did not register, just ignore this mail.</p>
            """)

    static let accountDeactivated = TemplateSource(
        subject: "Your {{shop}} account is closed",
        text: """
            your account is closed, and your name and addresses are removed from it. Records of your orders are kept as long as the law requires.

            Thank you for having been with us.
            """,
        html: """
            <p>your account is closed, and your name and addresses are removed from it. Records of your orders are kept as long as the law requires.</p>
            <p>Thank you for having been with us.</p>
            """)

    static let message = TemplateSource(
        subject: "{{subject}}",
        text: "{{message}}",
        html: #"<p style="white-space:pre-line">{{message}}</p>"#)

    static let lowStock = TemplateSource(
        subject: "Low stock: {{name}} ({{sku}})",
        text: """
            {{name}} ({{sku}}) is running low: {{available}} left, to be reordered at {{reorder_threshold}}.
            """,
        html: """
            <p><strong>{{name}}</strong> ({{sku}}) is running low: {{available}} left, to be reordered at {{reorder_threshold}}.</p>
            """)

    static let outOfStock = TemplateSource(
        subject: "Out of stock: {{name}} ({{sku}})",
        text: "{{name}} ({{sku}}) is out of stock.",
        html: "<p><strong>{{name}}</strong> ({{sku}}) is out of stock.</p>")
}
