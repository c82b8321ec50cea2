"""Run it as a program: `python -m tests.support.fakes.whatsapp --port 8082 --number 1065:EAAtoken:appsecret`."""

from tests.support.fakes.frame import options, serve
from tests.support.fakes.whatsapp import FakeWhatsApp


def main() -> None:
    parser = options("A WhatsApp Cloud API server on loopback")
    parser.add_argument(
        "--number", action="append", default=[], help="phone number id, access token and app secret joined by colons"
    )
    parser.add_argument("--webhook", default="", help="where the updates of every number go")
    parser.add_argument("--strict", action="store_true", help="130429 and 131056 above Meta's rates")
    arguments = parser.parse_args()
    service = FakeWhatsApp(strict=arguments.strict)
    for one in arguments.number:
        number = service.number(*one.split(":"))
        number.webhook_url = arguments.webhook
    serve(service, arguments)


main()
