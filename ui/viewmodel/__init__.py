"""From what client and audio tell to what the screens show, and from what people press to what is done."""
