"""How much the topics hold: where the demo's next run goes on."""

from __future__ import annotations

from kafka import KafkaConsumer, TopicPartition


def records_in_topics(bootstrap_servers: str) -> dict[str, int]:
    """Records per topic: the sum of its partitions' end offsets."""
    consumer = KafkaConsumer(bootstrap_servers=bootstrap_servers)
    try:
        counts = {}
        for topic in consumer.topics():
            partitions = consumer.partitions_for_topic(topic) or ()
            ends = consumer.end_offsets([TopicPartition(topic, p) for p in partitions])
            counts[topic] = sum(ends.values())
        return counts
    finally:
        consumer.close()
