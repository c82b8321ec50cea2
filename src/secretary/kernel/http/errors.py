"""What can go wrong on the way out, as errors of the kernel. No address that a name resolved to is ever told."""

from secretary.kernel.errors import Internal, Invalid, Upstream

_TEXTS: dict[str, tuple[str, str, bool]] = {
    "http_unreachable": ("The service cannot be reached.", "Служба недоступна.", True),
    "http_certificate": ("The service's certificate is not valid.", "Сертификат службы недействителен.", False),
    "http_timeout": ("The service did not answer in time.", "Служба не ответила вовремя.", True),
    "http_cut_off": ("The service broke off its answer.", "Служба оборвала ответ.", True),
    "http_nonsense": ("The service does not speak HTTP.", "Служба ответила не по HTTP.", True),
    "http_too_large": ("The service's answer is too large.", "Ответ службы слишком велик.", False),
    "http_redirected": (
        "The service redirects in a way we do not follow.",
        "Служба перенаправляет недопустимо.",
        False,
    ),
}


def http_error(code: str) -> Upstream:
    """The error for one of the codes above. Raises KeyError for a code that is not in the set."""
    en, ru, retryable = _TEXTS[code]
    return Upstream(code, en=en, ru=ru, retryable=retryable)


def address_not_allowed() -> Invalid:
    """The guard's one refusal: the same text whatever the reason, so that it cannot be used to map a network."""
    return Invalid(
        "address_not_allowed",
        en="This address is not allowed. Use a public http or https address, or add its host to ALLOWED_PRIVATE_HOSTS.",
        ru="Этот адрес не разрешён. Нужен открытый адрес http или https, либо добавьте узел в ALLOWED_PRIVATE_HOSTS.",
    )


def client_closed() -> Internal:
    """Somebody asked after the end."""
    return Internal("http_client_closed", en="The program is shutting down.", ru="Программа завершает работу.")
