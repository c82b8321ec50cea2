"""Run it as a program: `python -m tests.support.fakes.telegram --port 8081 --bot 100:secret:shop_bot`."""

from tests.support.fakes.frame import options, serve
from tests.support.fakes.telegram import FakeTelegram


def main() -> None:
    parser = options("A Telegram Bot API server on loopback")
    parser.add_argument("--bot", action="append", default=[], help="token, or token and username joined by a colon")
    parser.add_argument("--strict", action="store_true", help="429 above Telegram's rates")
    arguments = parser.parse_args()
    service = FakeTelegram(strict=arguments.strict)
    for number, secret, *username in (one.split(":") for one in arguments.bot):
        service.bot(f"{number}:{secret}", *username)
    serve(service, arguments)


main()
