import { Box, Button, CollapsableSection, Stack, Text } from '@grafana/ui';
import React, { useRef, useState } from 'react';

import { addService, removeService, serviceKinds, servicesOf } from '../services';
import type { ServiceSettings as Service, Settings } from '../types';

import { ServiceSettings } from './ServiceSettings';

interface Props {
  settings: Settings;
  onChange: (settings: Settings) => void;
  disabled: boolean;
}

const nameOf = ({ name }: Service, index: number) => name || `Service ${index + 1}`;

const whereOf = ({ url, path, selector }: Service) => url ?? path ?? selector ?? '';

/** The services, of which one at a time is open. */
export function ServiceList({ settings, onChange, disabled }: Props) {
  const [open, setOpen] = useState<number>();
  const addButton = useRef<HTMLButtonElement>(null);
  const services = servicesOf(settings);
  const add = () => {
    onChange(addService(settings));
    setOpen(services.length);
  };
  const remove = (index: number) => {
    onChange(removeService(settings, index));
    setOpen(undefined);
    addButton.current?.focus();
  };
  return (
    <>
      <Box element="ul" marginBottom={2}>
        {services.map((service, index) => (
          <Box
            key={index}
            element="li"
            display="block"
            borderStyle="solid"
            borderColor="weak"
            borderRadius="default"
            paddingX={2}
            marginBottom={1}
          >
            <CollapsableSection
              label={<Heading service={service} index={index} />}
              isOpen={open === index}
              onToggle={(isOpen) => setOpen(isOpen ? index : undefined)}
            >
              <Box role="group" aria-label={nameOf(service, index)}>
                <ServiceSettings {...{ index, settings, onChange, disabled }} />
                {!disabled && (
                  <Button variant="destructive" fill="outline" icon="trash-alt" onClick={() => remove(index)}>
                    Remove {nameOf(service, index)}
                  </Button>
                )}
              </Box>
            </CollapsableSection>
          </Box>
        ))}
      </Box>
      {!disabled && (
        <Button ref={addButton} variant="secondary" icon="plus" onClick={add}>
          Add service
        </Button>
      )}
    </>
  );
}

function Heading({ service, index }: { service: Service; index: number }) {
  return (
    <Stack gap={1} alignItems="baseline" wrap="wrap">
      <Text weight="medium">{nameOf(service, index)}</Text>
      <Text variant="bodySmall" color="secondary">
        {[serviceKinds[service.kind]?.label ?? service.kind, whereOf(service)].filter(Boolean).join(' · ')}
      </Text>
    </Stack>
  );
}
