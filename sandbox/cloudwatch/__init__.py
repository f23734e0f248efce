"""CloudWatch's alarms as AWS evaluates them; the emulator knows neither dimensions, periods nor expressions."""
