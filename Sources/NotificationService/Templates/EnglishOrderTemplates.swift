/// The mails about orders in English.
enum EnglishOrderTemplates {
    static let created = TemplateSource(
        subject: "We have your order {{order_number}}",
        text: "thank you for your order {{order_number}}. We will write again when it is confirmed.\n\n" + textLines,
        html:
            "<p>thank you for your order <strong>{{order_number}}</strong>. We will write again when it is confirmed.</p>"
            + htmlLines)

    static let confirmation = TemplateSource(
        subject: "Your order {{order_number}} is confirmed",
        text: "your order {{order_number}} is confirmed and will be on its way soon.\n\n" + textLines,
        html: "<p>your order <strong>{{order_number}}</strong> is confirmed and will be on its way soon.</p>"
            + htmlLines)

    static let shipped = TemplateSource(
        subject: "Your order {{order_number}} is on its way",
        text: """
            your order {{order_number}} is on its way.{{#tracking_number}}

            Tracking number: {{tracking_number}}{{/tracking_number}}{{#tracking_url}}
            Follow it here: {{tracking_url}}{{/tracking_url}}
            """,
        html: """
            <p>your order <strong>{{order_number}}</strong> is on its way.</p>
            {{#tracking_number}}<p>Tracking number: {{tracking_number}}</p>{{/tracking_number}}
            {{#tracking_url}}<p><a href="{{tracking_url}}">Follow your parcel</a></p>{{/tracking_url}}
            """)

    static let delivered = TemplateSource(
        subject: "Your order {{order_number}} was delivered",
        text: "your order {{order_number}} was delivered. We hope you like it.",
        html: "<p>your order <strong>{{order_number}}</strong> was delivered. We hope you like it.</p>")

    static let cancelled = TemplateSource(
        subject: "Your order {{order_number}} was cancelled",
        text: """
            your order {{order_number}} was cancelled{{#reason}} {{reason}}{{/reason}}. What you have paid for it, {{total}} at most, goes back to you; what was only reserved is released.
            """,
        html: """
            <p>your order <strong>{{order_number}}</strong> was cancelled{{#reason}} {{reason}}{{/reason}}. What you have paid for it, {{total}} at most, goes back to you; what was only reserved is released.</p>
            """)

    static let refunded = TemplateSource(
        subject: "Your refund of {{amount}}",
        text: """
            we have refunded {{amount}}{{#order_number}} for your order {{order_number}}{{/order_number}}. Your bank may need some days to show it.
            """,
        html: """
            <p>we have refunded <strong>{{amount}}</strong>{{#order_number}} for your order {{order_number}}{{/order_number}}. Your bank may need some days to show it.</p>
            """)

    static let paymentFailed = TemplateSource(
        subject: "Your payment{{#order_number}} for order {{order_number}}{{/order_number}} failed",
        text: """
            your payment of {{amount}}{{#order_number}} for order {{order_number}}{{/order_number}} failed: {{failure}}. Nothing was charged. You are welcome to order again with another means of payment.
            """,
        html: """
            <p>your payment of <strong>{{amount}}</strong>{{#order_number}} for order {{order_number}}{{/order_number}} failed: {{failure}}. Nothing was charged. You are welcome to order again with another means of payment.</p>
            """)

    private static let textLines = """
        {{#lines}}
        {{quantity}} × {{name}} ({{sku}}): {{total}}
        {{/lines}}

        Subtotal: {{subtotal}}
        Shipping: {{shipping}}
        Tax: {{tax}}
        Total: {{total}}
        """

    private static let htmlLines = """
        <table style="width:100%;border-collapse:collapse" cellpadding="6">
        {{#lines}}
        <tr><td>{{quantity}} × {{name}} <span style="color:#71717a">({{sku}})</span></td><td align="right">{{total}}</td></tr>
        {{/lines}}
        <tr><td style="border-top:1px solid #e4e4e7">Subtotal</td><td align="right" style="border-top:1px solid #e4e4e7">{{subtotal}}</td></tr>
        <tr><td>Shipping</td><td align="right">{{shipping}}</td></tr>
        <tr><td>Tax</td><td align="right">{{tax}}</td></tr>
        <tr><td><strong>Total</strong></td><td align="right"><strong>{{total}}</strong></td></tr>
        </table>
        """
}
