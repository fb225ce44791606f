"""The producer's settings: the Kafka broker, from the environment alone."""

from __future__ import annotations

import os
import re
import ssl
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, FilePath, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

from producer.errors import UsageError

_PREFIX = "KAFKA_"
_ADDRESS = re.compile(r"(\[[0-9A-Fa-f:]+\]|[^\s:,]+):(?P<port>\d{1,5})")
_MECHANISMS = Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "AWS_MSK_IAM"]
"""Those of kafka-python that need no more than a user and a password, or the AWS credentials."""


class KafkaSettings(BaseSettings):
    """Where and how to reach the broker. Build it with `kafka_settings`."""

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX, env_ignore_empty=True, frozen=True, validate_default=True
    )

    bootstrap_servers: str = Field(examples=["127.0.0.1:9092"])
    security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = Field(
        default="PLAINTEXT", examples=["SASL_SSL"]
    )
    sasl_mechanism: _MECHANISMS | None = Field(default=None, examples=["SCRAM-SHA-512"])
    sasl_username: str | None = Field(default=None, examples=["carefloe"])
    sasl_password: SecretStr | None = Field(default=None, examples=["<password>"])
    ssl_cafile: FilePath | None = Field(default=None, examples=["/etc/ssl/certs/kafka-ca.pem"])
    compression: Literal["none", "gzip", "snappy", "lz4", "zstd"] = Field(
        default="lz4", examples=["lz4"]
    )
    max_request_bytes: int = Field(default=1_048_576, ge=1024, examples=["1000000"])

    @field_validator("bootstrap_servers")
    @classmethod
    def _is_address_list(cls, value: str) -> str:
        addresses = [address.strip() for address in value.split(",")]
        for address in addresses:
            found = _ADDRESS.fullmatch(address)
            if found is None or not 0 < int(found["port"]) < 65536:
                raise ValueError(f"{address!r} is not host:port")
        return ",".join(addresses)

    @field_validator("sasl_mechanism", "sasl_username", "sasl_password")
    @classmethod
    def _fits_the_protocol(cls, value: object, info: ValidationInfo) -> object:
        protocol = info.data.get("security_protocol")
        if protocol is None:  # wrong itself, and told as such
            return value
        is_for_user = info.field_name != "sasl_mechanism"
        by_credentials = info.data.get("sasl_mechanism") == "AWS_MSK_IAM"
        if value is None:
            if protocol.startswith("SASL_") and not (is_for_user and by_credentials):
                raise ValueError(f"is not set, and KAFKA_SECURITY_PROTOCOL={protocol} needs it")
        elif not protocol.startswith("SASL_"):
            raise ValueError(f"is not used: KAFKA_SECURITY_PROTOCOL is {protocol}, not SASL_SSL")
        return value

    @field_validator("ssl_cafile")
    @classmethod
    def _holds_certificates(cls, value: Path | None, info: ValidationInfo) -> Path | None:
        if value is None:
            return value
        if not info.data.get("security_protocol", "SSL").endswith("SSL"):
            raise ValueError("is not used: KAFKA_SECURITY_PROTOCOL is neither SSL nor SASL_SSL")
        try:
            ssl.create_default_context(cafile=str(value))
        except (OSError, ssl.SSLError) as error:
            raise ValueError("holds no certificate in PEM") from error
        return value

    def client_options(self) -> dict[str, Any]:
        """The connection as kafka-python's keyword arguments."""
        password, ca_file = self.sasl_password, self.ssl_cafile
        return {
            "bootstrap_servers": self.bootstrap_servers.split(","),
            "security_protocol": self.security_protocol,
            "sasl_mechanism": self.sasl_mechanism,
            "sasl_plain_username": self.sasl_username,
            "sasl_plain_password": None if password is None else password.get_secret_value(),
            "ssl_cafile": None if ca_file is None else str(Path(ca_file).absolute()),
        }


def kafka_settings() -> KafkaSettings:
    """The settings from the environment.

    Raises UsageError that names every wrong variable at once, with an example, and no secret.
    """
    problems = _aws_problems()
    try:
        settings = KafkaSettings()  # type: ignore[call-arg]  # the environment fills it in
    except ValidationError as error:
        explained = [_explained(problem) for problem in error.errors(include_url=False)]
        problems = [*explained, *problems]
    if problems:
        raise UsageError("\n  ".join(["these settings are missing or wrong:", *problems]))
    return settings


def _explained(problem: ErrorDetails) -> str:
    field = str(problem["loc"][0])
    variable = _PREFIX + field.upper()
    if problem["type"] == "missing":
        reason = "is not set"
    else:
        reason = problem["msg"].removeprefix("Value error, ")
        value = problem["input"]
        if isinstance(value, str) and not field.startswith("sasl_") and value not in reason:
            reason += f" (it is {value!r})"
    example = (KafkaSettings.model_fields[field].examples or [""])[0]
    return f"{variable}: {reason}; for example {variable}={example}"


def _aws_problems() -> list[str]:
    """What AWS_MSK_IAM lacks; the credentials are looked up when the broker asks for them."""
    if os.environ.get("KAFKA_SASL_MECHANISM") != "AWS_MSK_IAM":
        return []
    from botocore.session import Session

    problems = []
    if os.environ.get("KAFKA_SECURITY_PROTOCOL") != "SASL_SSL":
        problems.append("KAFKA_SECURITY_PROTOCOL: must be SASL_SSL for AWS_MSK_IAM")
    if not Session().get_config_variable("region"):
        problems.append("AWS_DEFAULT_REGION: is required for AWS_MSK_IAM: the cluster's region")
    return problems
