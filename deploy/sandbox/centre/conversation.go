package centre

import "holdfast.example/deploy/sandbox/truth"

// conversation makes one conversation with its events, served by the number of agents given.
func (m *maker) conversation(c *truth.Cohort, name truth.Case, agents int) *truth.Conversation {
	v := &truth.Conversation{ID: m.id(), Cohort: c, Case: name, Door: truth.Webhook}
	if m.chance(1, 2) {
		v.Door = truth.EventBridge
	}
	m.from += m.ms(5*second, 10*minute)
	customer := m.speaker(c)
	queue := m.speaker(c)
	at := m.from
	add := func(s truth.Event, topic string, at int64) *truth.Event {
		s.Topic, s.AtMS = topic, at
		v.Events = append(v.Events, &s)
		return &s
	}
	add(customer, "customer.start", at)
	at += m.ms(second, 20*second)
	add(queue, "acd.start", at)
	at += m.ms(3*second, 90*second)
	var last *truth.Event
	for i := range agents {
		agent := m.speaker(c)
		agent.UserID = m.agents[m.r.IntN(len(m.agents))]
		if last != nil {
			for agent.UserID == last.UserID {
				agent.UserID = pick(m.dice, m.agents)
			}
		}
		add(agent, "user.start", at)
		at += m.ms(minute, 20*minute)
		if i+1 == agents {
			// The customer leaves first; the agent's session ends a few ms after, as in the official traces.
			customer.DisconnectType = "PEER"
			add(customer, "customer.end", at-m.ms(0, 11))
			agent.DisconnectType = "CLIENT"
		} else {
			agent.DisconnectType = "TRANSFER"
		}
		last = add(agent, "user.end", at)
		at += m.ms(1900, 3400)
	}
	if m.chance(1, 3) {
		wrap := *last
		wrap.DisconnectType, wrap.Deliveries = "", nil
		wrap.UserID = ""
		add(wrap, "wrapup", at+m.ms(second, minute))
	}
	m.door(v)
	m.w.Conversations = append(m.w.Conversations, v)
	return v
}

// speaker makes what all events of one participant's session have in common.
func (m *maker) speaker(c *truth.Cohort) truth.Event {
	e := truth.Event{
		ParticipantID: m.id(), SessionID: m.id(), Provider: c.Provider, Direction: "INBOUND",
		MediaType: upper(c.Channel),
	}
	if e.MediaType == "MESSAGE" {
		e.MessageType = "WEBMESSAGING"
	}
	return e
}

// door writes into each event what its way in tells: only the envelope of EventBridge names the organization.
func (m *maker) door(v *truth.Conversation) {
	for _, e := range v.Events {
		e.OrganizationID = ""
		if v.Door == truth.EventBridge {
			e.OrganizationID = m.w.Organization
		}
	}
}

func upper(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'a' <= c && c <= 'z' {
			b[i] = c - 'a' + 'A'
		}
	}
	return string(b)
}
