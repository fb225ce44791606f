"""The loader's settings, read once from the environment and checked before anything is opened."""

import os
import re
import ssl
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    Field,
    PositiveFloat,
    PositiveInt,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from loader.errors import UsageError

_HOST_AND_PORT = re.compile(r"(\[[0-9A-Fa-f:]+\]|[^\s:,]+):(?P<port>\d{1,5})")
_TOPIC_TO_TABLE = re.compile(r"(?P<topic>[A-Za-z0-9._-]{1,249})=(?P<table>[a-z_][a-z0-9_]*)")


_MECHANISMS = Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "AWS_MSK_IAM"]
"""Those of kafka-python that need no more than a user and a password, or the AWS credentials."""


def _default_connection_name() -> str:
    from loader.connection import default_connection_name  # here, so that --help is fast

    return default_connection_name()


class AccountSettings(BaseSettings):
    """What every command needs: the Snowflake connection and how much one COPY takes."""

    model_config = SettingsConfigDict(
        frozen=True, extra="ignore", env_ignore_empty=True, hide_input_in_errors=True
    )

    snowflake_default_connection_name: str = Field(
        default_factory=_default_connection_name, examples=["sandbox"]
    )
    """Name of a connection, as all Snowflake tools read it (`loader/connection.py`)."""

    loader_flush_rows: PositiveInt = Field(100_000, examples=[100_000])
    """Rows in one COPY. Bounds the memory during a backlog; larger batches were not faster."""

    loader_flush_bytes: PositiveInt = Field(64 * 1024 * 1024, examples=[67108864])
    """Payload bytes in one COPY. Bounds the memory when messages are large (1 MB each)."""

    loader_retry_seconds: PositiveFloat = Field(120.0, examples=[120])
    """How long a broker or account may stay unreachable before the loader gives up (exit 3)."""


class KafkaSettings(AccountSettings):
    """What a command that speaks to Kafka needs on top: the broker and how to log in."""

    kafka_bootstrap_servers: str = Field(examples=["127.0.0.1:9092"])
    kafka_security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = Field(
        "PLAINTEXT", examples=["SASL_SSL"]
    )
    kafka_sasl_mechanism: _MECHANISMS | None = Field(
        None, validate_default=True, examples=["PLAIN"]
    )
    kafka_sasl_username: str | None = Field(None, validate_default=True, examples=["loader"])
    kafka_sasl_password: SecretStr | None = Field(
        None, validate_default=True, examples=["(the secret)"]
    )
    kafka_ssl_cafile: Path | None = Field(None, examples=["/etc/ssl/certs/kafka-ca.pem"])

    @field_validator("kafka_bootstrap_servers")
    @classmethod
    def _are_addresses(cls, value: str) -> str:
        found = [_HOST_AND_PORT.fullmatch(part.strip()) for part in value.split(",")]
        if not all(one and 0 < int(one["port"]) < 65536 for one in found):
            raise ValueError("must be host:port, several separated by commas")
        return value

    @field_validator("kafka_sasl_mechanism", "kafka_sasl_username", "kafka_sasl_password")
    @classmethod
    def _fits_the_protocol(cls, value: Any, info: ValidationInfo) -> Any:  # noqa: ANN401
        protocol = info.data.get("kafka_security_protocol")
        if protocol is None:  # wrong itself, and told as such
            return value
        is_for_user = info.field_name != "kafka_sasl_mechanism"
        by_credentials = info.data.get("kafka_sasl_mechanism") == "AWS_MSK_IAM"
        if value is None:
            if protocol.startswith("SASL") and not (is_for_user and by_credentials):
                raise ValueError(f"is required because KAFKA_SECURITY_PROTOCOL is {protocol}")
        elif not protocol.startswith("SASL"):
            raise ValueError(f"is not used: KAFKA_SECURITY_PROTOCOL is {protocol}, not SASL_SSL")
        return value

    @field_validator("kafka_ssl_cafile")
    @classmethod
    def _holds_certificates(cls, value: Path | None, info: ValidationInfo) -> Path | None:
        if value is None:
            return value
        if not info.data.get("kafka_security_protocol", "SSL").endswith("SSL"):
            raise ValueError("is not used: KAFKA_SECURITY_PROTOCOL is neither SSL nor SASL_SSL")
        try:
            ssl.create_default_context(cafile=str(value))
        except (OSError, ssl.SSLError) as error:
            kind = "holds no certificate in PEM" if value.is_file() else "is not a file"
            raise ValueError(kind) from error
        return value


class RunSettings(KafkaSettings):
    """What `run` needs on top: the topics and when to flush."""

    loader_topics: Annotated[dict[str, str], NoDecode] = Field(
        {
            "carefloe.patient_flow": "patient_flow_event",
            "carefloe.encounters": "encounter_event",
            "carefloe.vitals": "vitals_event",
        },
        examples=["carefloe.patient_flow=patient_flow_event,carefloe.encounters=encounter_event"],
    )
    """Topic -> table in the schema RAW."""

    loader_group: str = Field("carefloe-loader", examples=["carefloe-loader"])
    """Consumer group: its members share the partitions. Two groups would load everything twice."""

    loader_flush_seconds: PositiveFloat = Field(10.0, examples=[10])
    """Age at which an unfilled batch is landed. Below 60 the warehouse never suspends while events
    arrive (it bills at least a minute); at 300 it is idle most of the time, and raw 5 minutes late.
    """

    loader_session_seconds: PositiveFloat = Field(15.0, ge=1, examples=[15])
    """Silence after which the broker gives a dead loader's partitions to another. A broker takes 6
    or more unless its group.min.session.timeout.ms says otherwise."""

    @field_validator("loader_topics", mode="before")
    @classmethod
    def _read_pairs(cls, value: Any) -> Any:  # noqa: ANN401
        if not isinstance(value, str):
            return value
        pairs = [_TOPIC_TO_TABLE.fullmatch(part.strip()) for part in value.split(",")]
        if not all(pairs):
            raise ValueError("must be topic=table, several separated by commas")
        return {pair["topic"]: pair["table"] for pair in pairs if pair}


class NotifySettings(KafkaSettings):
    """What `notify` needs on top: where notifications go and how soon."""

    loader_notification_topic: str = Field(
        "carefloe.notifications",
        pattern=r"^[A-Za-z0-9._-]{1,249}$",
        examples=["carefloe.notifications"],
    )

    loader_notify_seconds: PositiveFloat = Field(10.0, examples=[10])
    """How often the outbox is read. Below 60 the warehouse never suspends while the relay runs."""


S = TypeVar("S", bound=AccountSettings)


def read_settings(kind: type[S]) -> S:
    """Return the settings of a program; UsageError names every wrong one, the connection's too."""
    from loader.connection import default_connection_name, read_connection

    problems: list[str] = []
    settings: S | None = None
    try:
        settings = kind()  # type: ignore[call-arg]  # the environment has the arguments
    except ValidationError as error:
        problems = [_problem(kind, detail["loc"], detail["msg"]) for detail in error.errors()]
    if issubclass(kind, KafkaSettings):
        problems += [f"  {one}" for one in _aws_problems()]
    problems += [f"  {one}" for one in read_connection(default_connection_name()).problems]
    if settings is None or problems:
        raise UsageError("\n".join(["these settings are wrong:", *problems])) from None
    return settings


def _problem(kind: type[AccountSettings], location: tuple[int | str, ...], reason: str) -> str:
    name = str(location[0])
    example = (kind.model_fields[name].examples or [""])[0]
    reason = reason.removeprefix("Value error, ")
    if reason == "Field required":
        reason = "is required, and the environment does not set it"
    return f"  {name.upper()}: {reason} (example: {name.upper()}={example})"


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
